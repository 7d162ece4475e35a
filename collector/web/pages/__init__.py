"""Handlers: fetch what a page shows, hand it to its view, answer with the rendered page."""
