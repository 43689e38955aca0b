"""The Fragile States Index, which may not be published again."""
