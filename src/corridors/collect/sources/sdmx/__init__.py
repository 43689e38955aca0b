"""Data in SDMX from any registry whose structure the map knows."""
