"""Reports: a period as plain data, sealed, then rendered. Figures come from the timelines alone."""
