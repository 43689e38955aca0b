"""Immutable vintages of tables, their pointers and the ledger of who made what from what."""
