"""Disasters of EM-DAT, which may not be published again."""
