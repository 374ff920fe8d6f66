"""The `call-center` command."""
