"""Distances between countries of CEPII."""
