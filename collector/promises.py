"""What is to be decided about promises: budgets that burn, months that will miss a target, months that missed one.

Reads only; the room (``collector/reviews.py``) says when to look and records what comes out.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from collector.drafts import Draft, Drafts
from collector.faults import Kind
from collector.objectives import Burning, Objectives
from collector.store import incidents, targets
from collector.store.incidents import Incident
from collector.store.targets import Target
from rules.burn import RULES, Rule, Severity
from rules.incident import Verb
from rules.objective import Verdict
from rules.opening import Breach, ruling
from rules.period import Period
from rules.together import OBJECT

Watched = tuple[str, str, str]
"""Agreement, scope and name of what a burn rule is about."""


class Promises:
    """Instants in ms UTC. Used by one thread."""

    def __init__(self, objectives: Objectives, drafts: Drafts) -> None:
        self._objectives = objectives
        self._drafts = drafts
        self._firing: dict[Watched, Collection[Rule]] = {}

    def burning(self, tx: sqlite3.Connection, living: Iterable[Incident], now: int) -> list[Draft]:
        """Incidents about budgets that burn, and their end."""
        known = {incident.fault: incident for incident in living if incident.kind == Kind.BURN}
        # After a start one knows that they burn, not by which rule: they go on until every short window is clear.
        before = {watched: RULES for fault in known if (watched := _watched(fault)) not in self._firing}
        found: dict[Watched, list[Burning]] = {}
        for one in self._objectives.burning(now, now, {**before, **self._firing}):
            if _long_known(tx, one, now):
                found.setdefault((one.agreement, one.scope, one.name), []).append(one)
        self._firing = {key: tuple(one.burn.rule for one in some if one.burn.firing) for key, some in found.items()}
        self._firing = {key: rules for key, rules in self._firing.items() if rules}
        drafts: list[Draft] = []
        for key, rules in self._firing.items():
            if _burn_key(key) not in known:
                page = any(rule.severity is Severity.PAGE for rule in rules)
                drafts += self._alarm(tx, key, found[key], page, now)
        for fault, incident in known.items():
            if _watched(fault) not in self._firing:
                text = f"{incident.summary}: no longer"
                drafts.append(self._drafts.recovery(incident.id, now, text))
        return drafts

    def forecast(self, tx: sqlite3.Connection, living: Iterable[Incident], now: int) -> list[Draft]:
        """Early warnings of what the running month will miss, and their end."""
        known = {incident.fault: incident for incident in living if incident.kind == Kind.FORECAST}
        coming: dict[str, tuple[str, str]] = {}
        for item in self._objectives.document(now, now)["items"]:
            for measure, words in _will_miss(item):
                coming[_month_key(Kind.FORECAST, item, measure)] = (item["agreement"]["name"], words)
        drafts = [
            self._draft(tx, Kind.FORECAST, fault, f"{agreement}: {words}", now)
            for fault, (agreement, words) in coming.items()
            if fault not in known and incidents.of_fault(tx, fault) is None
        ]
        over = (incident for fault, incident in known.items() if fault not in coming)
        return [*drafts, *(self._drafts.recovery(one.id, now, f"{one.summary}: no longer") for one in over)]

    def missed(self, tx: sqlite3.Connection, month: Period, now: int) -> list[Draft]:
        """What is to be improved, because a month that is closed missed it."""
        drafts = []
        for item in self._objectives.document(month.end, now)["items"]:
            for measure, value in _misses(item):
                fault = _month_key(Kind.IMPROVEMENT, item, measure)
                if incidents.of_fault(tx, fault) is None:
                    words = f"{item['agreement']['name']}: {measure} missed its target in the month closed"
                    drafts.append(self._draft(tx, Kind.IMPROVEMENT, fault, words, now, f"{words} ({value})"))
        return drafts

    def _alarm(
        self, tx: sqlite3.Connection, key: Watched, found: Iterable[Burning], page: bool, now: int
    ) -> Iterator[Draft]:
        agreement, scope, name = key
        summary = f"{agreement}: the error budget of {scope} {name} burns"
        told = []
        for one in found:
            if one.burn.firing and one.burn.long_burn is not None:
                hours = one.burn.rule.long / 3_600_000
                told.append(f"{float(one.burn.long_burn):.1f} times as fast as allowed over {hours:g} h")
        target = _object(tx, key)
        text = f"{summary}: {'; '.join(told) or 'faster than allowed'}"
        text = f"{summary}: {'; '.join(told) or 'faster than allowed'}"
        outage = None if target is None else self._outage(tx, target.id, now)
        if outage is not None:
            # What burns the budget of one device are its outages: they have an incident and a ticket already.
            events = incidents.events(tx, outage.id)
            if not any(event.verb == Verb.COMMENT and event.text.startswith(summary) for event in events):
                yield self._drafts.comment(outage.id, text)
            return
        before = incidents.of_fault(tx, _burn_key(key))
        if before is not None and self._drafts.comes_back(before, now):
            yield self._drafts.reopening(tx, before, text, now, now, 0)
            return
        yield self._draft(
            tx, Kind.BURN, _burn_key(key), summary, now, text, page=page, target="" if target is None else target.id
        )

    def _outage(self, tx: sqlite3.Connection, target: str, now: int) -> Incident | None:
        """The newest incident about an outage of a target (id) that lives, or that its return would open again."""
        since = now - self._drafts.calculation.reopen_window
        found = [one for one in incidents.of_target(tx, target, since) if one.kind == Kind.OUTAGE]
        return found[-1] if found else None

    def _draft(
        self,
        tx: sqlite3.Connection,
        kind: Kind,
        fault: str,
        summary: str,
        now: int,
        text: str = "",
        *,
        page: bool = False,
        target: str = "",
    ) -> Draft:
        ruled = ruling(self._drafts.settings.incident_rules, Breach(kind, page=page))
        return self._drafts.opening(
            tx, now, kind=kind, fault=fault, priority=ruled.priority, summary=summary, text=text or summary,
            since=now, detected=now, ticket_after=0, ticket=ruled.ticket, target=target,
        )  # fmt: skip


def _object(tx: sqlite3.Connection, key: Watched) -> Target | None:
    """The target that a single object's budget is about."""
    return targets.named(tx, key[2]) if key[1] == OBJECT else None


def _long_known(tx: sqlite3.Connection, one: Burning, now: int) -> bool:
    """Whether there is a record as long as the window: of an object itself, else of anything at all."""
    target = _object(tx, (one.agreement, one.scope, one.name))
    known = [target] if target is not None else targets.living(tx)
    begun = [each.in_service_from for each in known if each.in_service_from is not None]
    return bool(begun) and now - min(begun) >= one.burn.rule.long


def _burn_key(key: Watched) -> str:
    return "\n".join(("burn", *key))


def _watched(fault: str) -> Watched:
    _, agreement, scope, name = fault.split("\n")
    return agreement, scope, name


def _month_key(kind: Kind, item: Mapping[str, Any], measure: str) -> str:
    return "\n".join((kind.value, item["agreement"]["name"], str(item["period"]["from"]), measure))


def _will_miss(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an agreement will miss as things stand: its measure, and words for it."""
    forecast = item["forecast"]
    if forecast is not None and forecast["missed"]:
        yield "fault_rate", "at this rate the month will miss its fault rate"
    for measure, _ in _misses(item):
        if measure not in ("fault_rate", "mtbf"):
            yield measure, f"as things stand the month will miss {measure}"


def _misses(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for one in (*item["objectives"], *item["requests"]):
        if one["verdict"] == Verdict.MISSED:
            yield one["name"], one.get("value", one.get("value_h"))
