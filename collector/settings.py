"""nineward.toml: what an installation may set. Read once, handed in from outside, never changed while running."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from collector.languages import LANGUAGES
from rules import settings
from rules.duration import Duration
from rules.errors import Invalid
from rules.escalation import SHIPPED, Step
from rules.incident_terms import IncidentTerms
from rules.opening import Rule
from rules.parameters import HOUR, Parameters
from rules.period import zone
from rules.rota import Contact, Rota, unknown
from rules.route import Route, misnamed

FILE = "nineward.toml"
_MEBI = 1 << 20


_LAYERED = "is set in layers while the collector runs, for example: nineward policy add '*' interval=30s"
_SHIPPED = "a running collector keeps to the shipped value; nineward replay takes another"
_NOT_HERE = {
    **dict.fromkeys(("interval", "retry_interval", "timeout", "confirm_down", "confirm_up", "max_gap"), _LAYERED),
    **dict.fromkeys(("freeze_at", "late_window", "most_share", "skew_max", "skew_warn"), _SHIPPED),
    "report_tz": "is the setting tz of this file",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in nineward.toml, with what holds where it says nothing."""

    listen: str = "127.0.0.1"
    """Address to listen on. Beyond loopback the collector speaks HTTPS only."""
    port: int = 8440
    """TCP port of pages, API and agents."""
    public_url: str = ""
    """Address by which people and agents reach the collector, when it is not ``listen`` and ``port``."""
    names: tuple[str, ...] = ()
    """More names and IP addresses for the self-made certificate."""
    certificate: Path | None = None
    """Your own certificate chain (PEM), instead of the self-made one."""
    private_key: Path | None = None
    """The key (PEM) of your own certificate."""
    key: Path | None = None
    """Key file that seals credentials. By default /etc/nineward/key as root, else nineward/key under
    $XDG_CONFIG_HOME."""
    report_key: Path | None = None
    """Key file that signs reports, made by ``nineward report key FILE`` outside the data folder. Without it they are
    sealed, not signed."""
    wheels: Path | None = None
    """Folder with the wheels from which agents are installed; by default ``wheels`` in the data folder."""
    tz: str = "Asia/Shanghai"
    """Time zone of months, reports and times given without an offset."""
    language: str = "en"
    """Language of reports and messages that are not answers to a person: en, zh-CN or zh-TW."""
    one_person: bool = False
    """Whether a signed-in person may approve what they proposed themselves. Printed in reports."""
    session: Duration = 12 * HOUR
    """How long a sign-in lasts."""
    body_limit: int = 4 * _MEBI
    """Largest request body in bytes, batches excepted."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Parameters of the calculation, by their names in docs/reference/availability.md."""
    tickets: dict[str, Any] = field(default_factory=dict)
    """Ticket systems, by name; each kind has a page of its own."""
    escalation: tuple[Step, ...] | None = None
    """Who is told next when those who should act on an incident do not. Without it the shipped steps; an empty list is
    nobody."""
    allowed_hosts: tuple[str, ...] = ()
    """The only hosts on which ticket systems and notice channels may be: names, or patterns such as "*.example.org".
    Empty for any."""
    notices: dict[str, Any] = field(default_factory=dict)
    """Channels of notices to people, by name; each kind has a page of its own."""
    routes: tuple[Route, ...] = ()
    """Who hears of what: ``[[routes]]``. Without one, every channel hears of everything."""
    rota: dict[str, Rota] = field(default_factory=dict)
    """Who is on call: ``[rota.NAME]``."""
    reports: dict[str, Any] = field(default_factory=dict)
    """To whom issued reports are mailed, and through which mail server. Without it they are not."""
    contacts: dict[str, Contact] = field(default_factory=dict)
    """How people are called by name in each channel: ``[contacts.NAME]``."""
    incidents: IncidentTerms = field(default_factory=IncidentTerms)
    """When faults that come and go, or come again and again, are more than single faults."""
    incident_rules: tuple[Rule, ...] = ()
    """Which incident a breach opens, how urgent and whether with a ticket: ``[[incident_rules]]``, asked in order and
    before the shipped ones."""
    data: Path = field(default=Path(), init=False)
    """The data folder. Not a setting: it is where this file was found."""

    def __post_init__(self) -> None:
        if mistakes := _contradictions({item.name: getattr(self, item.name) for item in fields(self)}):
            raise Invalid("; ".join(mistakes))
        if mistakes := [*misnamed(self.routes, self.notices, self.rota), *unknown(self.rota, self.contacts)]:
            raise Invalid("; ".join(mistakes))

    @property
    def calculation(self) -> Parameters:
        """The parameters of the calculation as this installation sets them."""
        return Parameters().with_settings(self.parameters)

    @property
    def escalation_steps(self) -> tuple[Step, ...]:
        """The steps of escalation that hold."""
        return SHIPPED if self.escalation is None else self.escalation

    @property
    def key_file(self) -> Path:
        """Where the key that seals credentials lies."""
        return self.key or default_key()

    @property
    def wheel_folder(self) -> Path:
        """Where the wheels for agents lie."""
        return self.wheels or self.data / "wheels"

    def at(self, data: Path) -> "Settings":
        """The same settings for that data folder."""
        moved = replace(self)
        object.__setattr__(moved, "data", data)
        return moved


def load(data: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a data folder; the shipped ones where it holds no nineward.toml.

    Raises Invalid with every mistake, each with its path.
    """
    table = table_of(data)
    where = str(data / FILE)
    try:
        found = settings.read(Settings, table, where, resolve=lambda kind, name: secret(kind, name, environment))
    except Invalid as wrong:
        # What is wrong with values of the right type must not wait until the others are mended.
        meant = _contradictions(table)
        mistakes = [mistake for mistake in wrong.mistakes if mistake != "; ".join(meant)]
        raise Invalid(f"{where} has mistakes.", (*mistakes, *meant)) from None
    return found.at(data)


def table_of(data: Path) -> dict[str, Any]:
    """The plain table of nineward.toml; empty where there is none. Raises Invalid for what is no TOML."""
    file = data / FILE
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as trouble:
        raise Invalid(f"{file} cannot be read: {trouble}.") from trouble
    except tomllib.TOMLDecodeError as trouble:
        raise Invalid(f"{file} is not TOML: {trouble}.") from trouble


def _contradictions(table: Mapping[str, Any]) -> list[str]:
    """What cannot be meant, among values of the right type; values of another type are passed over."""
    found: list[str] = []
    port, language, tz, parameters = (table.get(name) for name in ("port", "language", "tz", "parameters"))
    if isinstance(port, int) and not 0 <= port <= 65535:
        found.append("port: expected 0 … 65535")
    if isinstance(language, str) and language not in LANGUAGES:
        found.append(f"language: expected one of {', '.join(LANGUAGES)}")
    if (table.get("certificate") is None) != (table.get("private_key") is None):
        found.append("certificate and private_key belong together: give both or none")
    if isinstance(tz, str):
        try:
            zone(tz)
        except Invalid as wrong:
            found.append(f"tz: {wrong.message}")
    if isinstance(parameters, Mapping):
        found += [f"parameters.{mistake}" for mistake in _ineffective(parameters)]
    return found


def _ineffective(parameters: Mapping[str, Any]) -> list[str]:
    """Mistakes among the parameters. Reports print them as the method, so none may stand there without effect."""
    shipped = Parameters()
    try:
        given = shipped.with_settings(parameters, "parameters")
    except Invalid as wrong:
        return [*(wrong.mistakes or (wrong.message,))]
    return [f"{name}: {why}" for name, why in _NOT_HERE.items() if getattr(given, name) != getattr(shipped, name)]


def secret(source: str, name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The secret text behind ``env`` NAME or ``file`` PATH. Raises Invalid, which never shows it."""
    if source == "env":
        if name not in environment:
            raise Invalid(f"the environment variable {name} is not set")
        return environment[name]
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as trouble:
        raise Invalid(f"the file {name} cannot be read: {type(trouble).__name__}") from trouble


def default_data(environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder nobody named: NINEWARD_DATA, else /var/lib/nineward as root, else below $XDG_STATE_HOME."""
    if named := environment.get("NINEWARD_DATA"):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/lib/nineward")
    return _under(environment, "XDG_STATE_HOME", ".local/state")


def default_key(environment: Mapping[str, str] = os.environ) -> Path:
    """The key file nobody named. It lies outside the data folder, so that a copy of the data reveals no secret."""
    if os.geteuid() == 0:
        return Path("/etc/nineward/key")
    return _under(environment, "XDG_CONFIG_HOME", ".config") / "key"


def _under(environment: Mapping[str, str], variable: str, otherwise: str) -> Path:
    base = environment.get(variable)
    return (Path(base) if base else Path.home() / otherwise) / "nineward"
