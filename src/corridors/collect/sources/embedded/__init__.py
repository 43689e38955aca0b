"""The regional world: 22 areas, carried in the package."""
