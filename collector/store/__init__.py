"""What the collector keeps on disk: the log, the state, and the SQL text of every noun. No decisions."""
