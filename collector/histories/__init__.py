"""What the histories mean that ticket systems keep of their tickets: rows as the system tells them to moments. Pure."""
