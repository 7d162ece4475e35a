"""How sure the analysis wants to be, where its statistics leave the choice."""

MTBF = 0.90
"""An MTBF is promised, and demonstrated, with 90 %."""

INTERVAL = 0.95
"""Every other interval."""

SIGNIFICANCE = 0.05
"""Tests reject, and lists of objects are cut, at 5 %."""
