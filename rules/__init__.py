"""The law of the house: words and arithmetic. Pure: no input or output, no clock, no logging."""
