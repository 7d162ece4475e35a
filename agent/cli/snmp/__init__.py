"""``nineward-agent snmp``: asks a device, and finds out why it does not answer. A file for each action.

The folder ``asking`` holds no action, but what actions share.
"""

import argparse

from agent.cli.terminal import registry

SUMMARY = "ask devices by SNMP, and find out why one does not answer"
_SHARED = frozenset({"asking"})


def arrange(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    actions = [name for name in registry.names(__path__) if name not in _SHARED]
    registry.arrange(parser, "ACTION", __name__, actions)
