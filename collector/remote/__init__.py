"""What ticket systems and notice channels share: what is told, and how another system is spoken to over HTTP."""
