"""The report as values: sections, charts, tables, and the renderers that turn them into bytes."""
