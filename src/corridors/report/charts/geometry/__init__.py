"""Outline of the world as package data; source and licence stand in README.md."""
