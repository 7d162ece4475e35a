"""Measurements, each printed beside its bar or its peer. Nothing here is a test."""
