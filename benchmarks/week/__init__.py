"""Plays the example week with the real application and the embedded model, and writes its archive."""
