"""What would have been: a period computed again from the log with other settings, and what differs from what was.

``scenario`` is what is asked, ``supposed`` the configuration as it would have been, ``retraced`` what the checks would
have seen by it, ``tickets`` what would have been opened, ``answer`` puts both worlds side by side. Nothing is written.
"""
