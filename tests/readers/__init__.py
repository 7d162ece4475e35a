"""Issued files in the hands of those who read them: a spreadsheet, a validator, a browser."""
