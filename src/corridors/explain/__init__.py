"""Theories of migration put to the test: structural gravity on corridors, and whether its estimates exist."""
