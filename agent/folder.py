"""The agent's folder: which file holds what, and how it is written. Everything in it is for its owner alone (0600).

agent.toml     the person's settings
identity.json  who this agent is, and where its collector is; written by ``join``
token          the agent's own secret; written by ``join``
ca.pem         the one authority that may vouch for the collector; written by ``join`` for https
plan.json      the plan last fetched, with the credentials it needs
spool.db       results not yet acknowledged, and those acknowledged lately
traps.db       notifications of devices that the collector does not have yet; only where traps are received
engine.json    this agent as an SNMP engine, for informs; likewise
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from rules.errors import Broken, Missing
from rules.secret import Secret


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the agent is for its collector: id, name and number, and the collector's address."""

    url: str
    id: str
    name: str
    number: int


class Folder:
    """One agent's folder, named by the path of its settings file."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.path = settings.parent
        self.identity_file = self.path / "identity.json"
        self.token_file = self.path / "token"
        self.ca_file = self.path / "ca.pem"
        self.plan_file = self.path / "plan.json"
        self.spool_file = self.path / "spool.db"
        self.traps_file = self.path / "traps.db"
        self.engine_file = self.path / "engine.json"
        self.lock_file = self.path / "lock"

    def identity(self) -> Identity | None:
        """Who this agent is, or None before it has joined. Raises Broken when the file cannot be read."""
        if not self.identity_file.exists():
            return None
        try:
            return Identity(**json.loads(self.identity_file.read_bytes()))
        except (OSError, ValueError, TypeError) as trouble:
            raise Broken(f"{self.identity_file} cannot be read ({trouble}). Join again with --replace.") from trouble

    def token(self) -> Secret:
        """The agent's secret. Raises Missing when there is none."""
        try:
            return Secret(self.token_file.read_text().strip())
        except OSError as trouble:
            raise Missing(
                f"{self.token_file} cannot be read ({trouble.strerror}). Join again with --replace."
            ) from None

    def ca(self) -> str | None:
        """The pinned authority (PEM), or None for a collector that is reached without TLS. Raises Missing."""
        try:
            return self.ca_file.read_text()
        except FileNotFoundError:
            return None
        except OSError as trouble:
            raise Missing(f"{self.ca_file} cannot be read ({trouble.strerror}). Join again with --replace.") from None

    def remember(self, identity: Identity, token: Secret, ca: str | None) -> None:
        """Keep what ``join`` brought. The identity comes last: with it the folder counts as joined."""
        if ca is None:
            self.ca_file.unlink(missing_ok=True)
        else:
            write(self.ca_file, ca.encode())
        write(self.token_file, token.reveal().encode() + b"\n")
        write(self.identity_file, json.dumps(asdict(identity), indent=1).encode() + b"\n")


def default_settings() -> Path:
    """Where the settings file is when nobody says: below /var/lib as root, else below $XDG_STATE_HOME."""
    if os.geteuid() == 0:
        return Path("/var/lib/nineward-agent/agent.toml")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "nineward-agent" / "agent.toml"


def write(path: Path, content: bytes) -> None:
    """Put ``content`` there whole or not at all, for the owner alone; on disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
