"""A made-up fleet with three months of life, so that pages and reports can be seen before there is data.

Nothing in the rest of the product knows of it: it hands in targets and results as people and agents do, under a clock
of its own, and lets the real rooms decide.
"""
