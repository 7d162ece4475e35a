"""The languages of pages, reports and commands. Apart from the texts, so that asking for help reads no catalogue."""

LANGUAGES = ("en", "zh-CN", "zh-TW")
"""The first is the one the product falls back to."""
