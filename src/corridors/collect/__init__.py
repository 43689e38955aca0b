"""Publishers' own files into tidy tables."""
