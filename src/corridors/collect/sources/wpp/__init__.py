"""World Population Prospects of the United Nations Population Division."""
