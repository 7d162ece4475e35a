"""Stand-ins: ticket systems as documented, in this process. One for each kind, named like it."""
