"""An office's own table, read with a small mapping that says what its columns mean."""
