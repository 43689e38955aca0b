"""Worlds with known truth: what an estimator must find is what the world was made of."""

from corridors.testing.worlds import CASES, Case, World, world

__all__ = ["CASES", "Case", "World", "world"]
