"""Registry: targets, checks and policies, as people change them. Every change is a log entry; nothing is deleted.

What a change means for the state stands in ``configuration.py``; agents, people, credentials and overlays have rooms of
their own, which the registry holds.
"""

import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from collector import assign, configuration, layers, shipped
from collector.access import SYSTEM, Principal
from collector.agreements import Agreements
from collector.clock import Clock
from collector.credentials import Credentials
from collector.enrolment import Enrolment
from collector.fold import Fold
from collector.ids import new_id
from collector.intake import Intake
from collector.journal import Change, Journal
from collector.overlays import Overlays
from collector.people import People
from collector.place import Place
from collector.settings import Settings
from collector.specs import CheckSpec, Instant, PolicySpec, TargetSpec
from collector.store import agents, agreements, checks, credentials, objects, policies, targets
from collector.store.agreements import agreement_named, calendar_named
from collector.store.checks import Check
from collector.store.policies import Policy
from collector.store.state import State
from collector.store.targets import Target
from collector.tls import Authority
from collector.vault import Vault
from rules.errors import Conflicting, Invalid, Missing
from rules.period import parse_instant
from rules.selector import Selector
from rules.settings import read, suggest

_MERGED = ("labels", "settings")
_SNMP = ("", "v1", "v2c", "v3")
_PROFILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: the names it adds, changes, and leaves as they are."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


class Registry:
    """The configuration, for those who change it. Objects are named by id or by name alike.

    Everything raises Missing for what does not exist and Invalid or Conflicting with all mistakes of one request; then
    nothing of it is done. ``author`` is who asks; whether they may is the door's question.
    """

    apply = staticmethod(configuration.apply)
    terms = staticmethod(configuration.terms)

    def __init__(self, state: State, intake: Intake, fold: Fold, clock: Clock, settings: Settings) -> None:
        self._state = state
        self._clock = clock
        self._tz = settings.tz
        self._beginning: set[str] = set()
        self.journal = Journal(state, intake, fold, clock)
        self.vault = Vault(settings.key_file)
        self.place = Place(settings, Authority(settings.data / "tls"))
        self.credentials = Credentials(self.journal, self.vault)
        self.agents = Enrolment(self.journal, self.place)
        self.people = People(self.journal)
        self.overlays = Overlays(self.journal, settings.tz, settings.one_person)
        self.agreements = Agreements(self.journal, settings.tz)

    # Targets

    def add_target(self, spec: TargetSpec, author: Principal) -> Target:
        """Add a target and its checks."""
        with self.journal.turn():
            with self._state.read() as tx:
                drafting = _Drafting(tx, self._tz, self._clock.now())
                changes = drafting.added(spec, drafting.reserve(spec.name), "")
                drafting.finish()
            self.journal.write(changes, author)
            with self._state.read() as tx:
                return targets.get(tx, changes[0].id)

    def set_target(self, key: str, given: Mapping[str, Any], author: Principal) -> Target:
        """Change the fields of a target that ``given`` names, by the names of :class:`TargetSpec`.

        Labels and settings are merged; a value None takes one away.
        """
        with self.journal.turn():
            with self._state.read() as tx:
                target = targets.resolve(tx, key)
                if target.retired is not None:
                    raise Conflicting(f"The target {target.name} was removed.")
                if "checks" in given or "agents" in given:
                    raise Invalid("Checks are added and removed one by one.", ("checks, agents: not part of a target",))
                spec = read(TargetSpec, _merged(target, given), "The target", base=spec_of(target))
                drafting = _Drafting(tx, self._tz, self._clock.now())
                changes = drafting.changed(spec, target, "")
                drafting.finish()
            self.journal.write(changes, author)
            if any("address" in change.data for change in changes):
                self.agents.find_witnesses(author)
            with self._state.read() as tx:
                return targets.get(tx, target.id)

    def remove_target(self, key: str, author: Principal) -> None:
        """Retire a target: its service ends, its checks stop. Its history stays. Twice is the same as once."""
        with self.journal.turn():
            with self._state.read() as tx:
                target = targets.resolve(tx, key)
                if target.retired is not None:
                    return
                children = [other.name for other in targets.living(tx) if target.id in other.parents]
                own = checks.of_target(tx, target.id)
            if children:
                raise Conflicting(f"{target.name} is the parent of {', '.join(sorted(children))}. Change those first.")
            now = self._clock.now()
            ended = now if target.in_service_to is None else min(now, target.in_service_to)
            retired = [Change("check", check.id, "remove", {"retired": now}) for check in own]
            self.journal.write(
                [Change("target", target.id, "remove", {"retired": now, "in_service_to": ended}), *retired], author
            )

    def import_targets(self, specs: Sequence[TargetSpec], author: Principal, dry_run: bool = False) -> Imported:
        """Add the targets whose names are new, change those that differ, leave the rest: all of them, or none.

        A target may name another of the same import as its parent, before or after it.
        """
        with self.journal.turn():
            with self._state.read() as tx:
                drafting = _Drafting(tx, self._tz, self._clock.now())
                known = {target.name: target for target in targets.living(tx)}
                changes, done = drafting.imported(specs, known)
                drafting.finish()
            if not dry_run:
                self.journal.write(changes, author)
            return done

    def begin_service(self, target: str, at: int) -> None:
        """Note that a pending target (by id) gave its first confirmed good answer at that instant (ms UTC).

        Does not wait, so the fold's thread may call it. For a target that is in service already it does nothing.
        """
        if target in self._beginning:
            return
        with self._state.read() as tx:
            found = targets.find(tx, target)
        if found is not None and found.pending:
            self._beginning.add(target)
            noted = self.journal.note([Change("target", target, "begin", {"in_service_from": at}, at)], SYSTEM)
            # What could not be written (a full disk) is asked for again when the next good answer comes.
            noted.add_done_callback(partial(self._begun, target))

    def _begun(self, target: str, noted: "Future[int]") -> None:
        if noted.exception() is not None:
            self._beginning.discard(target)

    # Checks

    def add_check(self, target: str, spec: CheckSpec, author: Principal) -> Check:
        """Add a check to a target."""
        return self.add_checks(target, (spec,), author)[0]

    def add_checks(self, target: str, specs: Sequence[CheckSpec], author: Principal) -> list[Check]:
        """Add checks to a target: all of them, or none."""
        with self.journal.turn():
            with self._state.read() as tx:
                owner = _living(targets.resolve(tx, target))
                drafting = _Drafting(tx, self._tz, self._clock.now())
                places = [""] if len(specs) == 1 else [f"checks[{number}]." for number in range(len(specs))]
                present = checks.of_target(tx, owner.id)
                changes = drafting.checks(specs, owner.id, owner.kind, present, places, shipped_with=False)
                drafting.finish()
            self.journal.write(changes, author)
            with self._state.read() as tx:
                return [checks.get(tx, change.id) for change in changes]

    def set_check(self, key: str, given: Mapping[str, Any], author: Principal) -> Check:
        """Change the fields of a check that ``given`` names: ``address options settings vital agents``.

        Options and settings are merged; a value None takes one away.
        """
        with self.journal.turn():
            with self._state.read() as tx:
                check = checks.get(tx, key)
                if check.retired is not None:
                    raise Conflicting("This check was removed.")
                data = _check_changes(check, given)
            if data:
                self.journal.write([Change("check", check.id, "set", data)], author)
            with self._state.read() as tx:
                return checks.get(tx, check.id)

    def remove_check(self, key: str, author: Principal) -> None:
        """Retire a check. Its results stay. Twice is the same as once."""
        with self.journal.turn():
            with self._state.read() as tx:
                check = checks.get(tx, key)
            if check.retired is None:
                self.journal.write([Change("check", key, "remove", {"retired": self._clock.now()})], author)

    def settings_of(self, key: str) -> list[layers.Row]:
        """Every setting of a check by name, with its value and the layer it comes from."""
        with self._state.read() as tx:
            check = checks.get(tx, key)
            target = targets.get(tx, check.target)
            return configuration.settled(check, target, configuration.rules_of(tx))

    # Policies

    def add_policy(self, spec: PolicySpec, author: Principal) -> Policy:
        """Add settings for every target a selector names; of two policies the later one wins."""
        Selector.parse(spec.selector)
        table = layers.clean(spec.settings)
        if not table:
            raise Invalid("A policy without settings does nothing. Give at least one, for example interval=30s.")
        with self.journal.turn():
            with self._state.read() as tx:
                number = objects.next_number(tx, "policy")
            data = {"number": number, "selector": spec.selector, "settings": table, "created": self._clock.now()}
            change = Change("policy", new_id("p"), "add", data)
            self.journal.write([change], author)
            with self._state.read() as tx:
                return policies.get(tx, change.id)

    def remove_policy(self, number: int, author: Principal) -> None:
        """Retire a policy by its number. Twice is the same as once."""
        with self.journal.turn():
            with self._state.read() as tx:
                policy = policies.by_number(tx, number)
            if policy is None:
                raise Missing(f"There is no policy {number}.")
            if policy.retired is None:
                self.journal.write([Change("policy", policy.id, "remove", {"retired": self._clock.now()})], author)


class _Drafting:
    """Turns forms into changes over one view of the state, gathering mistakes on the way."""

    def __init__(self, tx: sqlite3.Connection, tz: str, now: int) -> None:
        self._tx = tx
        self._tz = tz
        self._now = now
        self._mistakes: list[str] = []
        self._conflict = False
        self._handle = objects.next_number(tx, "check")
        living = targets.living(tx)
        self._names = {target.name: target.id for target in living}
        self._services = {service.name for service in agreements.services(tx)}
        self._parents = {target.id: target.parents for target in living}
        self._credentials = {credential.name for credential in credentials.living(tx)}
        self._kinds = {kind for agent in agents.living(tx) for kind in agent.kinds}

    def finish(self) -> None:
        """Raise what was found wrong, all of it."""
        self._refuse_circles()
        if self._mistakes:
            error = Conflicting if self._conflict else Invalid
            raise error("This cannot be done: " + self._mistakes[0], tuple(self._mistakes))

    def reserve(self, name: str) -> str:
        """A new target's id under a free name, known from now on to others of the same request."""
        key = new_id("t")
        if name in self._names:
            self._mistakes.append(f"name: there is a target {name!r} already")
            self._conflict = True
        elif name in self._services:
            self._mistakes.append(f"name: there is a service {name!r} already")
            self._conflict = True
        else:
            self._names[name] = key
            self._parents[key] = ()
        return key

    def imported(self, specs: Sequence[TargetSpec], known: Mapping[str, Target]) -> tuple[list[Change], Imported]:
        """The changes that make the state hold these targets, by name."""
        added, altered, same = [], [], []
        changes: list[Change] = []
        keys: dict[str, str] = {}
        for number, spec in enumerate(specs):
            if spec.name in keys:
                self._mistakes.append(f"targets[{number}].name: {spec.name!r} stands twice in this import")
            keys[spec.name] = known[spec.name].id if spec.name in known else self.reserve(spec.name)
        for number, spec in enumerate(specs):
            where = f"targets[{number}]."
            if spec.name not in known:
                changes += self.added(spec, keys[spec.name], where)
                added.append(spec.name)
            elif news := self.changed(spec, known[spec.name], where):
                changes += news
                altered.append(spec.name)
            else:
                same.append(spec.name)
        return changes, Imported(tuple(added), tuple(altered), tuple(same))

    def added(self, spec: TargetSpec, key: str, where: str) -> list[Change]:
        """The changes that add a target and its checks."""
        data = self._fields(spec, key, where)
        wanted = shipped.checks_for(spec) if spec.checks is None else spec.checks
        given = spec.checks is not None
        places = [f"{where}checks[{number}]." if given else where for number in range(len(wanted))]
        added = self.checks(wanted, key, str(data["kind"]), (), places, shipped_with=not given)
        return [Change("target", key, "add", {**data, "created": self._now}), *added]

    def changed(self, spec: TargetSpec, target: Target, where: str) -> list[Change]:
        """The changes that make a target as the form says; none when it is so already.

        Checks it names and lacks are added; the others stay as they are.
        """
        if spec.name != target.name:
            self.reserve(spec.name)
        data = self._fields(spec, target.id, where)
        if spec.in_service_from is None:
            data.pop("in_service_from")  # a form that gives no date does not make a target pending again
        before = {name: _plain(getattr(target, name)) for name in data}
        news = {name: value for name, value in data.items() if value != before[name]}
        changes = [Change("target", target.id, "set", news)] if news else []
        if spec.checks:
            present = checks.of_target(self._tx, target.id)
            known = {(check.kind, check.part) for check in present}
            lacking = [
                (f"{where}checks[{number}].", check)
                for number, check in enumerate(map(shipped.with_part, spec.checks))
                if (check.kind, check.part) not in known
            ]
            places, wanted = [place for place, _ in lacking], [check for _, check in lacking]
            changes += self.checks(wanted, target.id, str(data["kind"]), present, places, shipped_with=False)
        return changes

    def checks(
        self,
        specs: Sequence[CheckSpec],
        target: str,
        kind: str,
        present: Sequence[Check],
        places: Sequence[str],
        *,
        shipped_with: bool,
    ) -> list[Change]:
        """The changes that add checks to a target of that kind, beside the checks ``present``. ``places`` name each in
        mistakes."""
        beside = list(present)
        changes = []
        for spec, where in zip(specs, places, strict=True):
            change = self.check(spec, target, kind, beside, where, shipped_with=shipped_with)
            beside.append(Check(id=change.id, target=target, **_only(change.data, ("handle", "kind", "part", "vital"))))
            changes.append(change)
        return changes

    def check(
        self, spec: CheckSpec, target: str, kind: str, present: Sequence[Check], where: str, *, shipped_with: bool
    ) -> Change:
        """The change that adds a check to a target of that kind, beside the checks ``present``."""
        spec = shipped.with_part(spec)
        option = shipped.PART_OPTIONS.get(spec.kind)
        if option is not None and not spec.part:
            self._mistakes.append(f"{where}options.{option}: expected the {spec.kind} to watch")
        if self._kinds and spec.kind not in self._kinds:
            self._mistakes.append(
                f"{where}kind: no agent knows the probe {spec.kind!r}{suggest(spec.kind, self._kinds)}"
            )
        if any(other.kind == spec.kind and other.part == spec.part and not spec.address for other in present):
            what = f"{spec.kind}[{spec.part}]" if spec.part else spec.kind
            self._mistakes.append(f"{where}kind: this target has a check {what} already")
            self._conflict = True
        vital = spec.vital
        if vital is None:
            vital = shipped.vital(spec.kind, kind, [other.kind for other in present if other.vital])
        handle = self._handle
        self._handle += 1
        data = {
            "handle": handle,
            "target": target,
            "kind": spec.kind,
            "part": spec.part,
            "address": spec.address,
            "options": spec.options,
            "settings": self._settings(spec.settings, f"{where}settings"),
            "vital": vital,
            "agents": self._agents(spec.agents, where),
            "shipped": shipped_with,
            "created": self._now,
        }
        return Change("check", new_id("c"), "add", data)

    def _fields(self, spec: TargetSpec, key: str, where: str) -> dict[str, Any]:
        """A target's fields as the log keeps them."""
        # A name that ends in a blank is one nobody can type again after having read it.
        if not spec.name.isprintable() or spec.name != spec.name.strip() or not 0 < len(spec.name) <= 200:
            self._mistakes.append(
                f"{where}name: expected 1 to 200 characters in one line, no blank at an end, found {spec.name[:40]!r}"
            )
        if not _usable(spec.address):
            self._mistakes.append(f"{where}address: expected a host name, an IP address, host:port or an http(s) URL")
        if spec.snmp not in _SNMP:
            self._mistakes.append(f"{where}snmp: expected v1, v2c or v3, found {spec.snmp!r}")
        # Which device profiles there are is known where devices are read: on the agents, which may have their own.
        if not _PROFILE.fullmatch(spec.profile):
            self._mistakes.append(f"{where}profile: expected auto or the name of a profile, found {spec.profile!r}")
        self._named(spec.credentials, self._credentials, f"{where}credentials", "credential")
        for noun, name, find in (
            ("calendar", spec.calendar, calendar_named),
            ("agreement", spec.agreement, agreement_named),
        ):
            if name and find(self._tx, name) is None:
                self._mistakes.append(f"{where}{noun}: there is no {noun} {name!r}")
        parents = [self._names.get(name, name) for name in spec.parents]
        self._named(parents, self._parents, f"{where}parents", "target", self._names)
        self._parents[key] = tuple(parents)
        start = self._instant(spec.in_service_from, f"{where}in_service_from")
        end = self._instant(spec.in_service_to, f"{where}in_service_to")
        if start is not None and end is not None and end <= start:
            self._mistakes.append(f"{where}in_service_to: must be after in_service_from")
        return {
            "name": spec.name,
            "address": spec.address,
            "kind": spec.kind or shipped.kind_of(spec),
            "priority": spec.priority.value,
            "profile": spec.profile,
            "labels": dict(spec.labels),
            "parents": parents,
            "credentials": list(spec.credentials),
            "snmp": spec.snmp,
            "settings": self._settings(spec.settings, f"{where}settings"),
            "in_service_from": start,
            "in_service_to": end,
            "calendar": spec.calendar,
            "agreement": spec.agreement,
        }

    def _named(
        self, given: Iterable[str], known: Collection[str], where: str, noun: str, words: Iterable[str] | None = None
    ) -> None:
        for name in given:
            if name not in known:
                self._mistakes.append(f"{where}: there is no {noun} {name!r}{suggest(name, words or known)}")

    def _settings(self, table: Mapping[str, Any], where: str) -> dict[str, object]:
        try:
            return layers.clean(table, where)
        except Invalid as wrong:
            self._mistakes += wrong.mistakes
            return {}

    def _agents(self, text: str, where: str) -> str:
        try:
            return assign.read(text)
        except Invalid as wrong:
            self._mistakes.append(f"{where}agents: {wrong.message}")
            return ""

    def _instant(self, given: Instant | None, where: str) -> int | None:
        if given is None or isinstance(given, int):
            return given
        try:
            return parse_instant(given, self._tz)
        except Invalid as wrong:
            self._mistakes.append(f"{where}: {wrong.message}")
            return None

    def _refuse_circles(self) -> None:
        names = {key: name for name, key in self._names.items()}
        sound: set[str] = set()
        for start in self._parents:
            path: list[str] = []
            if self._circle(start, path, sound):
                shown = " → ".join(names.get(key, key) for key in path)
                self._mistakes.append(f"parents: {shown} is a circle")
                return

    def _circle(self, key: str, path: list[str], sound: set[str]) -> bool:
        """Whether a target is its own ancestor; ``path`` then shows how. ``sound`` are those known not to be."""
        pending: list[tuple[str, int]] = [(key, 0)]
        while pending:
            here, next_parent = pending.pop()
            parents = self._parents.get(here, ())
            if here in sound or next_parent >= len(parents):
                sound.add(here)
                continue
            pending.append((here, next_parent + 1))
            above = parents[next_parent]
            if any(above == passed for passed, _ in pending):
                path += [passed for passed, _ in pending] + [above]
                return True
            if above not in sound:
                pending.append((above, 0))
        return False


def spec_of(target: Target) -> TargetSpec:
    """The form that would make this target as it is."""
    same = {item.name: getattr(target, item.name) for item in fields(TargetSpec) if hasattr(target, item.name)}
    return TargetSpec(**same)


def _merged(target: Target, given: Mapping[str, Any]) -> dict[str, Any]:
    table = dict(given)
    for name in _MERGED:
        if isinstance(table.get(name), Mapping):
            table[name] = _overlaid(getattr(target, name), table[name])
    return table


def _overlaid(old: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **news}.items() if value is not None}


def _check_changes(check: Check, given: Mapping[str, Any]) -> dict[str, Any]:
    allowed = ("address", "options", "settings", "vital", "agents")
    unknown = [f"{name}: unknown key{suggest(name, allowed)}" for name in given if name not in allowed]
    if unknown:
        raise Invalid("A check cannot be changed so.", tuple(unknown))
    table = {name: value for name, value in given.items() if name not in ("options", "settings")}
    for name in ("options", "settings"):
        if isinstance(given.get(name), Mapping):
            table[name] = _overlaid(getattr(check, name), given[name])
        elif name in given:
            table[name] = given[name]
    option = shipped.PART_OPTIONS.get(check.kind)
    if option is not None and dict(table.get("options", check.options)).get(option) != check.options.get(option):
        raise Invalid(f"A check of another {check.kind} is another check: remove this one and add that.")
    base = CheckSpec(check.kind, check.part, check.address, check.options, check.settings, check.vital, check.agents)
    spec = read(CheckSpec, table, "The check", base=base)
    data = {
        "address": spec.address,
        "options": dict(spec.options),
        "settings": layers.clean(spec.settings),
        "vital": bool(spec.vital),
        "agents": assign.read(spec.agents),
    }
    return {name: value for name, value in data.items() if value != getattr(check, name)}


def _living(target: Target) -> Target:
    if target.retired is not None:
        raise Conflicting(f"The target {target.name} was removed.")
    return target


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _only(table: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: table[name] for name in names}


def _usable(address: str) -> bool:
    if "://" not in address:
        return bool(address) and not any(letter.isspace() or letter in "/\\" for letter in address)
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
