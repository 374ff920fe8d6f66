"""The embedded back office: records, policy and actions in SQLite or PostgreSQL."""
