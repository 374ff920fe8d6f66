"""What agents can do. Reading tools stand in `records` and `knowledge`, consequential ones in `actions`."""
