"""Who must do what by when: mandates drawn from resolutions, their chain, their calendar and their exchange."""
