"""Routing: which channels hear of a piece of news, when, and who is called by name. No channel is spoken to here."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.calendars import in_force
from collector.mutes import muted_until
from collector.notices.channel import Manner
from collector.settings import Settings
from collector.store import notices
from collector.store.notices import News, Notice
from rules.route import ANNOUNCING, During, Event, Route
from rules.selector import words

URGENT = "urgent"

STALE = 86_400_000
"""News that could be told so long ago (ms) is not told any more: it would be taken for something that happens now."""

_TAKEN_BACK = (Event.OPENED.value, Event.REOPENED.value, Event.WARNING.value, Event.ESCALATED.value)

_PARTED = "\x1f"
"""Between the parts of a parcel: whether it is urgent, until when its channel is quiet, what differs by its route."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How news reaches one channel."""

    parcel: str = ""
    wait: int = 0
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """How many pieces of news were looked at, and which of them were too old to be told to anybody."""

    looked_at: int
    dropped: tuple[News, ...]


class Routing:
    """The routes of an installation. ``manners`` are those of its channels, by name."""

    def __init__(self, settings: Settings, manners: Mapping[str, Manner]) -> None:
        self._settings = settings
        self._manners = manners
        self._routes = settings.routes or ((Route(tuple(sorted(manners))),) if manners else ())

    def work(self, tx: sqlite3.Connection, now: int) -> Turn:
        """Make notices of all news that is due at ``now`` (ms UTC)."""
        found = notices.due_news(tx, now)
        done: list[str] = []
        dropped: list[News] = []
        for news in found:
            if news.event == Event.RESOLVED:
                ended = news.facts.get("incident", {}).get("ended_ms")
                notices.withdraw_news(tx, news.incident, news.at if ended is None else int(ended), _TAKEN_BACK)
            held = self._held(tx, news, now)
            if held is not None:
                notices.hold_news(tx, news.id, held)
                continue
            # What was held is as old as the end of that: nobody could have told it before.
            if now - max(news.at, news.due) > STALE:
                dropped.append(news)
            else:
                for notice in self.notices(tx, news, now):
                    notices.add_notice(tx, notice)
            done.append(news.id)
        notices.forget_news(tx, done)
        return Turn(len(found), tuple(dropped))

    def notices(self, tx: sqlite3.Connection, news: News, now: int) -> Iterable[Notice]:
        """The notices that one piece of news becomes at ``now`` (ms UTC)."""
        priority = str(news.facts.get("incident", {}).get("priority", ""))
        for channel, way in self._ways(tx, news, priority, now).items():
            manner = self._manners[channel]
            after, rest = now + way.wait, 0
            if manner.quiet is not None and priority not in manner.awake:
                rest = manner.quiet.until(now, self._settings.tz) or 0
            urgent = priority == URGENT or news.event == Event.ESCALATED
            yield Notice(
                id=f"{news.id}.{channel}",
                channel=channel,
                incident=news.incident,
                event=news.event,
                at=news.at,
                urgent=urgent,
                parcel=_PARTED.join((str(int(urgent)), str(rest), way.parcel)),
                mentions=way.mentions,
                next=max(after, rest),
                facts=news.facts,
            )

    def _ways(self, tx: sqlite3.Connection, news: News, priority: str, now: int) -> dict[str, _Way]:
        event, about = Event(news.event), _words(news)
        found: dict[str, _Way] = {}
        if event not in ANNOUNCING:
            # Whoever heard that it began hears how it goes on, whatever the hour is by then, and whatever routes list.
            # Routes only say with what else it goes out, so that a beginning and an end that wait are told as one.
            heard = notices.told(tx, news.incident) & set(self._manners)
            found = {channel: _Way() for channel in heard}
            for route in self._routes:
                if route.fits(priority, about):
                    way = _Way(route.parcel(about), route.wait)
                    found |= {channel: way for channel in route.channels if channel in heard}
            return found
        for route in self._routes:
            if not route.takes(event, priority, about):
                continue
            if not self._holds(tx, route, now):
                continue
            on_call = (self._settings.rota[route.rota].on_call(now, self._settings.tz),) if route.rota else ()
            for channel in route.channels:
                before = found.get(channel, _Way()).mentions
                called = tuple(dict.fromkeys((*before, *on_call)))
                found[channel] = _Way(route.parcel(about), route.wait, called)
            if route.last:
                break
        return self._escalated(news, found, now)

    def _escalated(self, news: News, found: dict[str, _Way], now: int) -> dict[str, _Way]:
        """An escalation names channels, rotas or people; people are called on every channel that hears of it."""
        if news.event != Event.ESCALATED:
            return found
        to = str(news.facts.get("notice", {}).get("to", ""))
        named = [part.strip() for part in to.split(",")]
        called = [name for name in named if name in self._settings.contacts]
        called += [
            self._settings.rota[name].on_call(now, self._settings.tz) for name in named if name in self._settings.rota
        ]
        ways = {**{name: _Way() for name in named if name in self._manners}, **found}
        return {
            channel: _Way(way.parcel, way.wait, tuple(dict.fromkeys((*way.mentions, *called))))
            for channel, way in ways.items()
        }

    def _holds(self, tx: sqlite3.Connection, route: Route, now: int) -> bool:
        hours = in_force(tx, route.calendar)
        if hours is None:
            return True
        return bool(hours.hours(now, now + 1)) == (route.during is During.OPEN)

    def _held(self, tx: sqlite3.Connection, news: News, now: int) -> int | None:
        """Until when a mute holds it. Only announcements are held: what was announced is also ended."""
        if news.event not in ANNOUNCING:
            return None
        return muted_until(tx, *news.about, now)


def quiet_until(notice: Notice) -> int:
    """The end (ms UTC) of the quiet hours in which it was routed; 0 where its channel was not quiet."""
    return int(notice.parcel.split(_PARTED)[1])


def _words(news: News) -> dict[str, str]:
    """The words by which routes select it: the target's labels, name and kind, its priority, the incident's kind."""
    incident, target = news.facts.get("incident") or {}, news.facts.get("target") or {}
    agents = news.facts.get("agents") or []
    name = str(target.get("name") or (agents[0].get("name", "") if agents else ""))
    kind = str(target.get("kind") or ("agent" if agents else ""))
    found = words(name, kind, str(incident.get("priority", "")), target.get("labels") or {})
    return {**found, "incident": str(incident.get("kind", ""))}
