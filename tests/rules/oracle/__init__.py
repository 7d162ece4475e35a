"""A second engine, written from the method's paper alone: every second of a record labelled by brute force.

It shares no code with ``rules/``. It knows seconds and labels instead of intervals and edges, so that a mistake of the
one is not a mistake of the other.
"""
