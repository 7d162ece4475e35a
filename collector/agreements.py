"""Calendars, agreements and services: set by name, kept with their history."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from collector.access import Principal
from collector.calendar_days import DaysSet, hour_mistakes, read_date, with_days
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.needs import renamed
from collector.specs import AgreementSpec, CalendarSpec, DaysSpec, Instant, ServiceSpec
from collector.store import agreements, checks, targets
from collector.store.agreements import Agreement, Calendar, Service
from collector.store.checks import Check
from rules.errors import Conflicting, Forbidden, Invalid
from rules.parameters import Parameters
from rules.period import parse_instant, zone
from rules.promise import PROMISED
from rules.selector import Selector
from rules.service import read_need

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_DAYS = re.compile(rf"({_DAY})(-({_DAY}))?")
SPARES = ("maintenance", "excluded")
_PARAMETERS = frozenset(item.name for item in fields(Parameters))
_FIND: Mapping[str, Callable[[sqlite3.Connection, str], Calendar | Agreement | Service]] = {
    "calendar": agreements.resolve_calendar,
    "agreement": agreements.resolve_agreement,
    "service": agreements.resolve_service,
}


class Agreements:
    """Sets and retires what was promised, and for which hours."""

    def __init__(self, journal: Journal, tz: str) -> None:
        self._journal = journal
        self._tz = tz

    def set_calendar(self, spec: CalendarSpec, author: Principal) -> Calendar:
        """Make a calendar, or give the one of that name new hours from now on."""
        mistakes = _name_mistakes(spec.name)
        _try(mistakes, "tz", lambda: zone(spec.tz))
        for days, hours in spec.weekly.items():
            if not _DAYS.fullmatch(days):
                mistakes.append(f"weekly.{days}: expected a day or days such as mon or mon-fri")
            mistakes += hour_mistakes(hours, f"weekly.{days}")
        for number, day in enumerate(spec.closed):
            _try(mistakes, f"closed[{number}]", partial(read_date, day))
        for day, hours in spec.open.items():
            _try(mistakes, f"open.{day}", partial(read_date, day))
            mistakes += hour_mistakes(hours, f"open.{day}")
        for day in spec.names:
            _try(mistakes, f"names.{day}", partial(read_date, day))
        _refuse(mistakes, "This calendar cannot be used.")
        data = {
            "name": spec.name,
            "tz": spec.tz,
            "weekly": spec.weekly,
            "closed": spec.closed,
            "open": spec.open,
            "years": spec.years,
            "names": spec.names,
        }
        with self._journal.turn():
            with self._journal.state.read() as tx:
                known = agreements.calendar_named(tx, spec.name)
            key = self._set("calendar", "h", known.id if known else None, data, author)
            with self._journal.state.read() as tx:
                return agreements.get_calendar(tx, key)

    def set_days(self, name: str, spec: DaysSpec, author: Principal) -> DaysSet:
        """Give a calendar (id or name) days on which other hours hold: all of them, or none.

        The same days a second time change nothing.
        """
        with self._journal.turn():
            with self._journal.state.read() as tx:
                calendar = agreements.resolve_calendar(tx, name)
            changed, done = with_days(calendar, spec)
            if changed is not None and not spec.dry_run:
                self._journal.write([Change("calendar", calendar.id, "set", changed)], author)
            return done

    def set_agreement(self, spec: AgreementSpec, author: Principal) -> Agreement:
        """Make an agreement, or the next version of the one of that name."""
        mistakes = _name_mistakes(spec.name)
        _try(mistakes, "tz", lambda: zone(spec.tz))
        if spec.selector:
            _try(mistakes, "selector", lambda: Selector.parse(spec.selector))
        try:
            Parameters().with_settings(spec.parameters)
        except Invalid as wrong:
            mistakes += [f"parameters.{mistake}" for mistake in wrong.mistakes]
        mistakes += [
            f"parameters.{name}: no agreement sets it, it would have no effect"
            for name in spec.parameters
            if name in _PARAMETERS - PROMISED
        ]
        start = self._instant(spec.valid_from, "valid_from", mistakes)
        end = self._instant(spec.valid_to, "valid_to", mistakes)
        if start is not None and end is not None and end <= start:
            mistakes.append("valid_to: must be after valid_from")
        with self._journal.turn():
            with self._journal.state.read() as tx:
                known = agreements.agreement_named(tx, spec.name)
                if spec.calendar and agreements.calendar_named(tx, spec.calendar) is None:
                    mistakes.append(f"calendar: there is no calendar {spec.calendar!r}")
            _refuse(mistakes, "This agreement cannot be used.")
            data = {
                "name": spec.name,
                "version": known.version + 1 if known else 1,
                "customer": spec.customer,
                "selector": spec.selector,
                "valid_from": start,
                "valid_to": end,
                "calendar": spec.calendar,
                "tz": spec.tz,
                "parameters": spec.parameters,
                "second_person": spec.second_person,
            }
            key = self._set("agreement", "g", known.id if known else None, data, author)
            with self._journal.state.read() as tx:
                return agreements.get_agreement(tx, key)

    def set_service(self, spec: ServiceSpec, author: Principal) -> Service:
        """Make a service, or give the one of that name new needs from now on."""
        mistakes = _name_mistakes(spec.name)
        mistakes += [
            f"spares: expected maintenance or excluded, found {one!r}" for one in spec.spares if one not in SPARES
        ]
        _try(mistakes, "needs", lambda: read_need(spec.needs))
        with self._journal.turn():
            with self._journal.state.read() as tx:
                known = agreements.service_named(tx, spec.name)
                if targets.named(tx, spec.name) is not None:
                    mistakes.append(f"name: there is a target {spec.name!r} already")
                if spec.calendar and agreements.calendar_named(tx, spec.calendar) is None:
                    mistakes.append(f"calendar: there is no calendar {spec.calendar!r}")
                if spec.agreement and agreements.agreement_named(tx, spec.agreement) is None:
                    mistakes.append(f"agreement: there is no agreement {spec.agreement!r}")
                parts: dict[str, str] = {}
                if not any(mistake.startswith("needs") for mistake in mistakes):
                    parts = _parts(tx, spec, known, mistakes)
                    _require_scope(tx, author, known, parts.values())
            _refuse(mistakes, "This service cannot be used.")
            data = {
                "name": spec.name,
                "needs": renamed(spec.needs, parts.__getitem__),
                "labels": spec.labels,
                "calendar": spec.calendar,
                "agreement": spec.agreement,
                "spares": spec.spares,
            }
            key = self._set("service", "v", known.id if known else None, data, author)
            with self._journal.state.read() as tx:
                return agreements.get_service(tx, key)

    def remove(self, noun: str, name: str, author: Principal) -> None:
        """Retire a calendar, an agreement or a service (by id or name). Raises Conflicting while something names it."""
        with self._journal.turn():
            with self._journal.state.read() as tx:
                found = _FIND[noun](tx, name)
                users = [target.name for target in targets.living(tx) if getattr(target, noun, "") == found.name]
                if noun == "calendar":
                    users += [one.name for one in agreements.agreements(tx) if one.calendar == found.name]
                    users += [one.name for one in agreements.services(tx) if one.calendar == found.name]
            if users:
                raise Conflicting(f"The {noun} {found.name} is used by {', '.join(sorted(users)[:10])}.")
            if found.retired is None:
                change = Change(noun, found.id, "remove", {"retired": self._journal.clock.now()})
                self._journal.write([change], author)

    def _set(self, noun: str, prefix: str, known: str | None, data: dict[str, Any], author: Principal) -> str:
        if known is not None:
            self._journal.write([Change(noun, known, "set", data)], author)
            return known
        key = new_id(prefix)
        self._journal.write([Change(noun, key, "add", {**data, "created": self._journal.clock.now()})], author)
        return key

    def _instant(self, given: Instant | None, where: str, mistakes: list[str]) -> int | None:
        if given is None or isinstance(given, int):
            return given
        found: list[int] = []
        _try(mistakes, where, lambda: found.append(parse_instant(given, self._tz)))
        return found[0] if found else None


def _parts(tx: sqlite3.Connection, spec: ServiceSpec, known: Service | None, mistakes: list[str]) -> dict[str, str]:
    """The id of each part by the name it was given under; notes those that are nothing, and circles."""
    found = {}
    for name in sorted(set(read_need(spec.needs).names())):
        target, check = targets.find(tx, name) or targets.named(tx, name), checks.find(tx, name) or _check(tx, name)
        service = agreements.find_service(tx, name) or agreements.service_named(tx, name)
        part = target or service or check
        if part is None:
            mistakes.append(f"needs: there is no target, check or service {name!r}")
        elif service is not None and known is not None and known.id in _all_parts(tx, service):
            mistakes.append(f"needs: {name} is made of {spec.name} itself")
        else:
            found[name] = part.id
    return found


def _require_scope(tx: sqlite3.Connection, author: Principal, known: Service | None, parts: Iterable[str]) -> None:
    """Raise Forbidden where the service as it was, or what it is to be made of (ids), lies outside the author's scope.

    Its state tells that of its parts.
    """
    concerned = [known.labels] if known is not None else []
    for key in parts:
        check = checks.find(tx, key)
        target = targets.find(tx, key if check is None else check.target)
        concerned.append(target.labels if target is not None else agreements.get_service(tx, key).labels)
    if not all(author.sees(labels) for labels in concerned):
        raise Forbidden(f"It is, or would be, made of what lies outside what {author.name} may see.")


def _check(tx: sqlite3.Connection, name: str) -> Check | None:
    """The living check that is called TARGET/CHECK, such as web-1/ping or core-1/interface[ge-0/0/1]."""
    for place in (index for index, letter in enumerate(name) if letter == "/"):
        target = targets.named(tx, name[:place])
        if target is not None:
            found = [check for check in checks.of_target(tx, target.id) if check.name == name[place + 1 :]]
            if found:
                return found[0]
    return None


def _all_parts(tx: sqlite3.Connection, service: Service) -> set[str]:
    """The ids of everything a service is made of, its own among them."""
    reached, waiting = {service.id}, [service]
    while waiting:
        for key in read_need(waiting.pop().needs).names():
            part = agreements.find_service(tx, key)
            if key not in reached and part is not None:
                waiting.append(part)
            reached.add(key)
    return reached


def _name_mistakes(name: str) -> list[str]:
    usable = name.strip() and len(name) <= 200
    return [] if usable else ["name: expected a name of at most 200 characters"]


def _try(mistakes: list[str], where: str, act: Callable[[], object]) -> None:
    try:
        act()
    except Invalid as wrong:
        mistakes.append(f"{where}: {wrong.message}")


def _refuse(mistakes: list[str], message: str) -> None:
    if mistakes:
        raise Invalid(message, tuple(mistakes))
