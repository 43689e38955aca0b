"""The charts of the report: one module each, every chart a value."""
