"""How much of a long list an analysis shows; the numbers beside it always tell of the whole."""

MOST = 50
