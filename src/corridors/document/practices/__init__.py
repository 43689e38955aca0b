"""Programmes that were documented and judged: the record, its forms, its review and its exchange."""
