"""Join: enrol this machine with a collector, by a token that a person copied from it. Done once."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from agent import probes
from agent.connection import Answer, Connection, authority, check_url, credulous
from agent.folder import Folder, Identity
from agent.machine import hostname, machine_boot, machine_id, version
from agent.pin import fingerprint
from rules.errors import Conflicting, Invalid, NinewardError, Unauthenticated, Unavailable
from rules.secret import Secret

JOIN = "/api/v1/agents/join"
CA = "/api/v1/ca.pem"
TIMEOUT_S = 30.0
PREFIX = "nwj_"


@dataclass(frozen=True, slots=True)
class JoinToken:
    """The text ``nwj_<secret>.<fingerprint of the collector's authority>``, taken apart."""

    text: Secret
    fingerprint: str

    @classmethod
    def read(cls, text: str) -> "JoinToken":
        """Raises Invalid when the text is no join token."""
        body, _, pin = text.strip().partition(".")
        if not body.startswith(PREFIX) or len(body) <= len(PREFIX):
            raise Invalid("That is no join token. Copy the whole line that the collector shows for a new agent.")
        return cls(Secret(text.strip()), pin)


def join(folder: Folder, url: str, token: str, name: str, replace: bool, say: Callable[[str], None]) -> Identity:
    """Enrol, and keep in the folder what the collector answers. A machine that has joined is left as it is, unless
    ``replace`` is given.

    Raises Invalid, Conflicting, Unauthenticated, Unavailable with a sentence for the person at the terminal.
    """
    url = check_url(url)
    known = None if replace else folder.identity()
    if known is not None:
        if known.url != url:
            raise Conflicting(
                f"This machine has joined {known.url} as {known.name}. Use --replace to join {url} instead."
            )
        say(f"This machine has joined {known.url} already, as {known.name}. Nothing is changed.")
        return known
    ticket = JoinToken.read(token)
    ca = _authority(url, ticket) if url.startswith("https:") else None
    introduction = {
        "token": ticket.text.reveal(),
        "name": name or hostname(),
        "hostname": hostname(),
        "machine_id": machine_id(),
        "machine_boot": machine_boot(),
        "version": version(),
        "kinds": probes.kinds(),
        "replace": replace,
    }
    connection = Connection(url, None, authority(ca) if ca else None, TIMEOUT_S)
    try:
        answer = connection.request(
            "POST", JOIN, json.dumps(introduction).encode(), {"Content-Type": "application/json"}
        )
    finally:
        connection.close()
    identity, secret = _welcome(answer, url)
    folder.remember(identity, secret, ca)
    say(f"Joined {url} as {identity.name}.")
    return identity


def _authority(url: str, ticket: JoinToken) -> str | None:
    """The collector's authority (PEM), held against the fingerprint in the token. Raises Invalid, Unavailable.

    A token without a fingerprint leaves the judgement to the system's authorities: then the answer is None.
    """
    if not ticket.fingerprint:
        return None
    connection = Connection(url, None, credulous(), TIMEOUT_S)
    try:
        answer = connection.request("GET", CA)
    finally:
        connection.close()
    if answer.status != 200:
        raise Unavailable(f"{url} does not show its certificate authority ({answer.status}). Is that the collector?")
    pem = answer.body.decode("ascii", "replace")
    found = fingerprint(pem)
    if found != ticket.fingerprint:
        raise Invalid(
            f"{url} is not the collector that made this token: its key is {found}, the token wants "
            f"{ticket.fingerprint}. Somebody may be in between, or the token is of another collector."
        )
    return pem


def _welcome(answer: Answer, url: str) -> tuple[Identity, Secret]:
    if not 200 <= answer.status < 300:
        raise _refusal(answer, url)
    try:
        told = json.loads(answer.body)
        return Identity(url, str(told["id"]), str(told["name"]), int(told["number"])), Secret(str(told["token"]))
    except (ValueError, TypeError, KeyError) as trouble:
        raise Unavailable(f"{url} does not answer like a collector ({trouble}).") from trouble


def _refusal(answer: Answer, url: str) -> NinewardError:
    """The collector's own sentence (a problem document, RFC 9457) as an error of the right kind."""
    try:
        problem = json.loads(answer.body)
        sentence = str(problem.get("detail") or problem.get("title") or "")
    except (ValueError, AttributeError):
        sentence = ""
    said = f"{url} refuses: {sentence or f'status {answer.status}'}"
    if answer.status in (401, 403):
        return Unauthenticated(f"{said} A join token is good for a short time and, mostly, for one machine.")
    if answer.status == 409:
        return Conflicting(f"{said} Use --replace to take over the identity of a machine that was rebuilt.")
    return Invalid(said) if answer.status < 500 else Unavailable(said)
