"""Personal data in texts: found, replaced, and put back where it was replaced for a model."""
