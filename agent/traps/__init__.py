"""Notifications of devices: received, thinned out, kept until the collector has them, and a reason to look at once."""
