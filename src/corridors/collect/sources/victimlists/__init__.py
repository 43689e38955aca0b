"""Victims of trafficking by the lists that name them, as published for multiple systems estimation."""
