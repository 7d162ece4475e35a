"""Enrolment: how a machine becomes an agent, and stops being one.

A join token is the right to join, for a while and a number of times; it carries the fingerprint of the collector's
authority, so that the agent knows whom it talks to before it trusts anybody. Joining gives the agent a token of its own
and makes its machine a target.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from collector import assign, shipped
from collector.access import SYSTEM, Principal, hashed, new_token
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.place import Place
from collector.specs import JoinSpec, JoinTokenSpec
from collector.store import agents, checks, objects, targets
from collector.store.agents import Agent, JoinToken
from collector.store.targets import Target
from rules.duration import parse_duration
from rules.errors import Conflicting, Invalid, Unauthenticated

_MOST_USES = 100_000
_LONGEST = 366 * 86_400_000


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a join: the agent, and its token, which is given this once."""

    agent: Agent
    token: str


class Enrolment:
    """Makes join tokens and agents."""

    def __init__(self, journal: Journal, place: Place) -> None:
        self._journal = journal
        self._place = place

    def new_join_token(self, spec: JoinTokenSpec, author: Principal) -> tuple[JoinToken, str]:
        """A join token and its text ``nwj_SECRET.FINGERPRINT``, which is given this once."""
        mistakes = []
        if not 1 <= spec.uses <= _MOST_USES:
            mistakes.append(f"uses: expected 1 … {_MOST_USES}")
        life = 0
        try:
            life = parse_duration(spec.ttl)
            if not 0 < life <= _LONGEST:
                mistakes.append("ttl: expected more than nothing and at most a year")
        except Invalid as wrong:
            mistakes.append(f"ttl: {wrong.message}")
        if mistakes:
            raise Invalid("This join token cannot be made.", tuple(mistakes))
        journal, now = self._journal, self._journal.clock.now()
        text, key = new_token("nwj")
        data = {"hash": key, "uses": spec.uses, "expires": now + life, "labels": spec.labels, "created": now}
        change = Change("join_token", new_id("j"), "add", data)
        journal.write([change], author)
        with journal.state.read() as tx:
            return agents.get_join_token(tx, change.id), f"{text}.{self._place.fingerprint(now)}"

    def revoke_join_token(self, key: str, author: Principal) -> None:
        """Retire a join token by its id. Twice is the same as once."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                token = agents.get_join_token(tx, key)
            if token.retired is None:
                journal.write([Change("join_token", key, "revoke", {"retired": journal.clock.now()})], author)

    def join(self, spec: JoinSpec, address: str) -> Joined:
        """Enrol an agent that joins from ``address``, and make its machine a target.

        Raises Unauthenticated for a join token that is unknown, used up or expired, and Conflicting when an agent of
        that name exists and ``replace`` was not said.
        """
        journal = self._journal
        with journal.turn():
            now = journal.clock.now()
            with journal.state.read() as tx:
                right = _usable(tx, spec.token, now)
                name = (spec.name or spec.hostname).strip()
                if not name or len(name) > 200:
                    raise Invalid("An agent needs a name of at most 200 characters. Give one with --name.")
                previous = agents.named(tx, name)
                if previous is not None and not spec.replace:
                    raise Conflicting(
                        f"There is an agent {name} already. Choose another name with --name, or take over its place"
                        " with --replace if this is the same host, built anew."
                    )
                left = right.uses - 1
                used = {"uses": left} if left else {"uses": left, "retired": now}
                token, key = new_token("nwa")
                agent, changes = _enrolled(tx, spec, previous, name, address, right.labels, key, now)
                changes += _host_changes(tx, agent, spec.kinds, address, now)
            author = Principal("agent", agent.id, name, SYSTEM.role)
            journal.write([Change("join_token", right.id, "use", used), *changes], author)
            self.find_witnesses(author)
            with journal.state.read() as tx:
                return Joined(agents.get(tx, agent.id), token)

    def revoke(self, key: str, author: Principal) -> None:
        """Retire an agent (by id or name): its token is worth nothing from now on. Twice is the same as once."""
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                agent = agents.resolve(tx, key)
            if agent.retired is None:
                journal.write([Change("agent", agent.id, "revoke", {"retired": journal.clock.now()})], author)
                self.find_witnesses(author)

    def find_witnesses(self, author: Principal) -> None:
        """See for each agent's host whether somebody outside can look at it, and let them, or mark it.

        Without an outside witness the agent's own word is all there is, so its ``cpu`` check becomes vital.
        """
        journal = self._journal
        with journal.turn():
            with journal.state.read() as tx:
                living = agents.living(tx)
                handle = objects.next_number(tx, "check")
                changes: list[Change] = []
                for target in targets.living(tx):
                    if target.agent:
                        news = _witness_changes(tx, target, living, handle, journal.clock.now())
                        handle += sum(change.verb == "add" for change in news)
                        changes += news
            journal.write(changes, author)


def _usable(tx: sqlite3.Connection, text: str, now: int) -> JoinToken:
    secret = hashed(text.partition(".")[0])
    for token in agents.join_tokens(tx):
        if token.hash == secret and token.uses > 0 and now < token.expires:
            return token
    raise Unauthenticated("This join token is unknown, used up or expired. Make a new one: nineward agent join-token")


def _enrolled(
    tx: sqlite3.Connection,
    spec: JoinSpec,
    previous: Agent | None,
    name: str,
    address: str,
    labels: dict[str, str],
    token_hash: str,
    now: int,
) -> tuple[Agent, list[Change]]:
    data: dict[str, object] = {
        "name": name,
        "token_hash": token_hash,
        "hostname": spec.hostname,
        "address": address,
        "machine": spec.machine_id,
        "kinds": list(spec.kinds),
        "version": spec.version,
    }
    if previous is not None:
        data["labels"] = {**previous.labels, **labels}
        changed = Agent(previous.id, previous.number, name, token_hash, target=previous.target, machine=spec.machine_id)
        return changed, [Change("agent", previous.id, "replace", data)]
    number = objects.next_number(tx, "agent")
    agent = Agent(
        new_id("a"), number, name, token_hash, target="", machine=spec.machine_id, labels=labels, kinds=spec.kinds
    )
    return agent, [Change("agent", agent.id, "join", {**data, "number": number, "labels": labels, "created": now})]


def _host_changes(tx: sqlite3.Connection, agent: Agent, kinds: Sequence[str], address: str, now: int) -> list[Change]:
    """Make the agent's machine a target, or take the target that bears its name; with the checks it lacks."""
    known = targets.find(tx, agent.target) if agent.target else None
    if known is None or known.retired is not None:
        known = targets.named(tx, agent.name)
    key = known.id if known else new_id("t")
    changes = [] if agent.target == key else [Change("agent", agent.id, "own", {"target": key})]
    own = {"agent": agent.id, "machine": agent.machine}
    if known is None:
        data = {
            "name": agent.name,
            "address": address,
            "kind": shipped.HOST,
            "priority": "general",
            "labels": agent.labels,
            **own,
            "no_outside_witness": True,
            "created": now,
        }
        changes.append(Change("target", key, "add", data))
    else:
        changes.append(Change("target", key, "own", own))
    present = {check.kind for check in checks.of_target(tx, key)}
    handle = objects.next_number(tx, "check")
    for spec in shipped.host_checks(kinds, witnessed=known is not None and not known.no_outside_witness):
        if spec.kind not in present:
            data = {
                "handle": handle,
                "target": key,
                "kind": spec.kind,
                "vital": spec.vital,
                "agents": spec.agents,
                "shipped": True,
                "created": now,
            }
            changes.append(Change("check", new_id("c"), "add", data))
            handle += 1
    return changes


def _witness_changes(
    tx: sqlite3.Connection, target: Target, living: Sequence[Agent], handle: int, now: int
) -> list[Change]:
    present = checks.of_target(tx, target.id)
    watched = any(check.vital and check.agents not in (assign.OWN, assign.OUTSIDE) for check in present)
    reachable = shipped.can_be_witnessed(target.address) and bool(assign.witnesses(target, living))
    ping = next((check for check in present if check.kind == "ping" and check.agents == assign.OUTSIDE), None)
    changes = []
    if reachable and ping is None and not watched:
        spec = shipped.outside_ping()
        data = {
            "handle": handle,
            "target": target.id,
            "kind": spec.kind,
            "vital": spec.vital,
            "agents": spec.agents,
            "shipped": True,
            "created": now,
        }
        changes.append(Change("check", new_id("c"), "add", data))
    elif ping is not None and not reachable:
        changes.append(Change("check", ping.id, "remove", {"retired": now}))
    alone = not (reachable or watched)
    if alone != target.no_outside_witness:
        changes.append(Change("target", target.id, "witness", {"no_outside_witness": alone}))
    changes += [
        Change("check", check.id, "witness", {"vital": alone})
        for check in present
        if check.shipped and check.kind == "cpu" and check.vital != alone
    ]
    return changes
