"""The pipelines: the only place where pure stages meet files."""
