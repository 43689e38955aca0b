"""Deaths in conflicts of the Uppsala Conflict Data Program."""
