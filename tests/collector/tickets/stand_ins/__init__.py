"""Stand-ins: ticket systems as their documentation describes them, in this process. One for each kind, named like it."""
