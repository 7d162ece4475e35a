"""Calendars, agreements and services: set by name, kept with their history."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from collector.access import Principal
from collector.ids import new_id
from collector.journal import Change, Journal
from collector.selector import Selector
from collector.specs import AgreementSpec, CalendarSpec, Instant, ServiceSpec
from collector.store import agreements, checks, targets
from collector.store.agreements import Agreement, Calendar, Service
from rules.errors import Conflicting, Invalid
from rules.parameters import Parameters
from rules.period import parse_instant, zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_DAYS = re.compile(rf"({_DAY})(-({_DAY}))?")
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_NEED = re.compile(r"all_of|any_of|[1-9]\d*_of")
_DEEPEST = 20
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
            mistakes += _hour_mistakes(hours, f"weekly.{days}")
        for number, day in enumerate(spec.closed):
            _try(mistakes, f"closed[{number}]", partial(_date, day))
        for day, hours in spec.open.items():
            _try(mistakes, f"open.{day}", partial(_date, day))
            mistakes += _hour_mistakes(hours, f"open.{day}")
        _refuse(mistakes, "This calendar cannot be used.")
        data = {
            "name": spec.name,
            "tz": spec.tz,
            "weekly": spec.weekly,
            "closed": spec.closed,
            "open": spec.open,
            "years": spec.years,
        }
        with self._journal.turn():
            with self._journal.state.read() as tx:
                known = agreements.calendar_named(tx, spec.name)
            key = self._set("calendar", "h", known.id if known else None, data, author)
            with self._journal.state.read() as tx:
                return agreements.get_calendar(tx, key)

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
        with self._journal.turn():
            with self._journal.state.read() as tx:
                known = agreements.service_named(tx, spec.name)
                names = {target.name for target in targets.living(tx)}
                names |= {service.name for service in agreements.services(tx)} - {spec.name}

                def exists(name: str) -> bool:
                    return name in names or checks.find(tx, name) is not None

                _need_mistakes(spec.needs, "needs", exists, mistakes, 0)
                if spec.calendar and agreements.calendar_named(tx, spec.calendar) is None:
                    mistakes.append(f"calendar: there is no calendar {spec.calendar!r}")
            _refuse(mistakes, "This service cannot be used.")
            data = {"name": spec.name, "needs": spec.needs, "labels": spec.labels, "calendar": spec.calendar}
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


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"expected a date such as 2026-10-01, found {text!r}") from None


def _hour_mistakes(hours: tuple[str, ...], where: str) -> list[str]:
    wrong = []
    for number, text in enumerate(hours):
        found = _HOURS.fullmatch(text)
        start, end = text.split("-", 1) if found else ("", "")
        if not found or not start < end <= "24:00":
            wrong.append(f"{where}[{number}]: expected hours such as 09:00-18:00, found {text!r}")
    return wrong


def _need_mistakes(
    needs: Mapping[str, Any], where: str, exists: Callable[[str], bool], mistakes: list[str], depth: int
) -> None:
    if len(needs) != 1 or not _NEED.fullmatch(next(iter(needs))) or depth > _DEEPEST:
        mistakes.append(f"{where}: expected one of all_of, any_of or a number such as 2_of, with a list")
        return
    ((word, parts),) = needs.items()
    if not isinstance(parts, list | tuple) or not parts:
        mistakes.append(f"{where}.{word}: expected a list of names")
        return
    if word[0].isdigit() and int(word.partition("_")[0]) > len(parts):
        mistakes.append(f"{where}.{word}: asks for more than the {len(parts)} it names")
    for number, part in enumerate(parts):
        at = f"{where}.{word}[{number}]"
        if isinstance(part, Mapping):
            _need_mistakes(part, at, exists, mistakes, depth + 1)
        elif not isinstance(part, str) or not exists(part):
            mistakes.append(f"{at}: there is no target, check or service {part!r}")


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
