"""The analytics room: figures of a period, what they mean, and how many people they ask for."""
