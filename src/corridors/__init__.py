"""Corridors: the open observatory for international migration and development."""
