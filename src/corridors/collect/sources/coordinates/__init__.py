"""Coordinates of countries and of capital cities."""
