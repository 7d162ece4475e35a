"""What verification says, and how far a letter has come, in words. English wordings are the keys of the catalogue."""

VERIFIED = {
    "holds": "The report holds: its seal is whole, and the log gives the same figures again.",
    "broken": "The report is broken.",
    "not issued here": "The log of this installation has no issue of this report: it was not issued here, or never.",
    "evidence expired": "The seal is whole, but part of the log it was computed from has been deleted by retention.",
}

SIGNED = {
    "none": "It is not signed.",
    "own": "It is signed with a key of this installation, {key}.",
    "other": "It is signed with another key, {key}. Compare it with the one that its issuer names.",
    "broken": "Its signature does not hold.",
}

LETTERS = {"waiting": "waiting", "sending": "sending", "sent": "sent", "parked": "parked"}
"""How far the letter of a report has come."""
