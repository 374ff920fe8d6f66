"""What the command line does. Heavy modules here are imported when their command runs."""
