"""A source's words into ours: one definition, one date, one revision a difference."""
