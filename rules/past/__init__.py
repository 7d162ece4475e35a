"""Past: the whole lives of many objects in columns, so that any period of thousands of them is told in milliseconds.

It holds what the engine computed (partitions and own outages), never looks. What is told from it equals what
``rules.availability`` and ``rules.lives`` tell from timelines that were computed for the period.
"""

from rules.past.columns import LASTING, STATES, Life, Past, chosen, joined, life_of, moved, past
from rules.past.entries import About, about, entries_of, firm
from rules.past.lives import lives_of
from rules.past.summary import Summary, summary

__all__ = [
    "LASTING",
    "STATES",
    "About",
    "Life",
    "Past",
    "Summary",
    "about",
    "chosen",
    "entries_of",
    "firm",
    "joined",
    "life_of",
    "lives_of",
    "moved",
    "past",
    "summary",
]
