"""Documents of a team, one format a file, and how they become pieces."""
