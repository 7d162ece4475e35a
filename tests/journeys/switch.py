"""A switch for the journeys: real ports with cables in them, and Debian's snmpd that tells of them.

Its ports are ends of veth pairs; the other ends lie in a namespace of their own, where cables are pulled.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.journeys.lab import Lab, run

needs_snmp = pytest.mark.skipif(
    shutil.which("snmpd") is None or shutil.which("snmptrap") is None, reason="needs Debian's snmpd and snmp"
)

USER = "watcher"
AUTH = "lab-authentication"
PRIV = "lab-encryption"
_OWNER = "owner"
_STOPS_WITHIN_S = 10
_IF_TABLE, _IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
"""IF-MIB (RFC 2863)."""


class Switch:
    """A switch that stands at ``address`` on the far side of the lab's cable."""

    def __init__(self, lab: Lab, address: str, racks: str, folder: Path) -> None:
        self.address = address
        self._lab = lab
        self._racks = racks
        self._folder = folder
        self._daemon: subprocess.Popen[bytes] | None = None
        self._settings = folder / "snmpd.conf"
        self._settings.write_text(
            f"createUser {USER} SHA-256 {AUTH} AES {PRIV}\nrouser {USER} priv\n"
            f"createUser {_OWNER} SHA-256 {AUTH} AES {PRIV}\nrwuser {_OWNER} priv\n"
            "sysName access-7\nsysLocation Rack 7\nsysServices 2\n"
        )
        kept = folder / "kept"
        self._environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(kept), "SNMPCONFPATH": str(kept), "MIBS": ""}

    def start(self) -> None:
        """Start its SNMP agent. It answers a moment later."""
        command = ("snmpd", "-f", "-Lf", str(self._folder / "snmpd.log"), "-C", "-c", str(self._settings))
        self._daemon = subprocess.Popen(self._inside(*command, f"udp:{self.address}:161"), env=self._environment)

    def stop(self) -> None:
        """Stop its SNMP agent; the ports go on."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(_STOPS_WITHIN_S)
            self._daemon = None

    def pull(self, port: str) -> None:
        """Pull the cable of a port: its other end goes down."""
        run("ip", "-n", self._racks, "link", "set", port, "down")

    def plug(self, port: str) -> None:
        """Put the cable back."""
        run("ip", "-n", self._racks, "link", "set", port, "up")

    def shut(self, port: str) -> None:
        """What ``shutdown`` does on a switch."""
        run("ip", "-n", self._lab.far, "link", "set", port, "down")

    def unshut(self, port: str) -> None:
        """What ``no shutdown`` does."""
        run("ip", "-n", self._lab.far, "link", "set", port, "up")

    def describe(self, port: str, alias: str) -> None:
        """What ``description`` does: sets the port's ifAlias. snmpd remembers it."""
        self._snmp("snmpset", _OWNER, self.address, f"{_IF_X_TABLE}.18.{self._index(port)}", "s", alias)

    def tell(self, port: str, receiver: str) -> None:
        """Send the linkDown trap of a port to ADDRESS:PORT, as the v3 user, from the switch's own address."""
        index = self._index(port)
        said = (
            *(f"{_IF_TABLE}.1.{index}", "i", index),
            *(f"{_IF_TABLE}.7.{index}", "i", "1"),
            *(f"{_IF_TABLE}.8.{index}", "i", "2"),
            *(f"{_IF_X_TABLE}.1.{index}", "s", port),
        )
        self._snmp("snmptrap", USER, receiver, "", _LINK_DOWN, *said)

    def _snmp(self, command: str, user: str, *said: str) -> None:
        way = ("-v3", "-u", user, "-l", "authPriv", "-a", "SHA-256", "-A", AUTH, "-x", "AES", "-X", PRIV)
        words = self._inside(command, f"--clientaddr={self.address}", *way, *said)
        subprocess.run(words, env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def _index(self, port: str) -> str:
        """The port's ifIndex."""
        return run(*self._inside("cat", f"/sys/class/net/{port}/ifindex")).strip()

    def _inside(self, *command: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self._lab.far, *command)


@contextlib.contextmanager
def switch(lab: Lab, address: str, ports: Mapping[str, str], folder: Path) -> Iterator[Switch]:
    """A switch with these ports (name: alias), all up, at an address the lab's far end has."""
    racks = f"{lab.far}r"
    folder.mkdir()
    run("ip", "netns", "add", racks)
    try:
        for port in ports:
            run("ip", "-n", lab.far, "link", "add", port, "type", "veth", "peer", "name", port, "netns", racks)
            for side in (lab.far, racks):
                run("ip", "-n", side, "link", "set", port, "up")
        made = Switch(lab, address, racks, folder)
        try:
            made.start()
            for port, alias in ports.items():
                made.describe(port, alias)
            yield made
        finally:
            made.stop()
    finally:
        run("ip", "netns", "delete", racks)
