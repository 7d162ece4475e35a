"""View models: plain, already worded and rounded, so that a template decides nothing but the layout."""
