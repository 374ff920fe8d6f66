"""Figures of what has happened, from stored dialogs. Pure: no I/O, no clock of its own."""
