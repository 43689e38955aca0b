"""The Missing Migrants Project of the International Organization for Migration."""
