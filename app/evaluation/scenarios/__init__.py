"""Whole dialogs judged by what they left in the records, then by what was said in them."""
