"""Conversations that nobody has tuned to, checked turn by turn, and batteries of single lines."""
