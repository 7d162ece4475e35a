"""The program that looks: probes targets and reports to the collector."""
