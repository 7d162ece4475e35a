"""The program that remembers, judges and tells."""
