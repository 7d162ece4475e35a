"""The chapters of a report as plain data: each file makes one from the evidence, without words and without looks.

Instants are ms UTC, ``*_ms`` lengths of time, ``*_h`` hours, shares fractions; a figure that does not exist is None.
"""
