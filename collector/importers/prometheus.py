"""Prometheus: metrics that are 1 while something is up and 0 while it is down, such as ``up`` and ``probe_success``.

Raw samples are asked for (a range selector in an instant query, prometheus.io/docs/prometheus/latest/querying/api),
not a range query: that one repeats the last sample for five minutes and would fill gaps with invented looks.
"""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from collector import replay_lines
from collector.client import given_secret
from collector.importers import Told
from collector.replay_lines import Entry
from rules.duration import parse_duration
from rules.errors import Invalid, Unavailable
from rules.period import parse_instant
from rules.result import Outcome

SUMMARY = "samples of a metric that is 1 (up) or 0 (down), by Prometheus' HTTP API"

TIMEOUT_S = 120.0
_PORTION = 400_000
"""Samples asked for at once, about: some 30 MB of JSON."""
_SHORTEST, _LONGEST = 60_000, 86_400_000

_OUTCOMES = {"1": Outcome.OK, "0": Outcome.FAILED}


def arrange(parser: argparse.ArgumentParser) -> None:
    """URL, which series, the period, how to sign in."""
    parser.add_argument("url", metavar="URL", help="address of the server, such as http://prometheus:9090")
    parser.add_argument(
        "--selector", metavar="SERIES", default="up", help="series to take, such as 'probe_success{job=\"web\"}'"
    )
    parser.add_argument("--from", dest="start", metavar="T", required=True, help="start (included)")
    parser.add_argument("--to", dest="end", metavar="T", required=True, help="end (excluded)")
    parser.add_argument("--tz", metavar="ZONE", default="Asia/Shanghai", help="zone of times given without one")
    parser.add_argument(
        "--name-by", metavar="LABEL", default="instance", help="the label that names the target (default: instance)"
    )
    parser.add_argument("--interval", metavar="D", help="distance of looks; else told from the samples")
    parser.add_argument("--agent", metavar="NAME", default="prometheus", help="name of the one who looked")
    parser.add_argument("--user", metavar="NAME", help="user for basic authentication")
    parser.add_argument("--secret", metavar="SECRET", help="env:NAME or file:PATH: the user's password, or a token")


def entries(arguments: argparse.Namespace, told: Told) -> Iterator[Entry]:
    """Targets, checks and results of all series that match."""
    start = parse_instant(arguments.start, arguments.tz)
    end = parse_instant(arguments.end, arguments.tz)
    if start >= end:
        raise Invalid("--to must be later than --from.")
    interval = parse_duration(arguments.interval) if arguments.interval else None
    server = _Server(arguments.url, arguments.user, arguments.secret)
    history = _History(arguments.agent, arguments.name_by)
    position, step = start, 3_600_000
    while position < end:
        until = min(position + step, end)
        before = history.taken
        yield from history.take(server.samples(arguments.selector, position, until), position, until)
        found = max(1, history.taken - before)
        position, step = until, min(max(step * _PORTION // found, _SHORTEST), _LONGEST, 4 * step)
    if not history.taken:
        raise Invalid(f"{arguments.url} has no sample of {arguments.selector} in that period.")
    if history.nameless:
        told(f"{history.nameless} series have no label {arguments.name_by!r} and were left out; see --name-by.")
    yield from history.definitions(interval)


class _Server:
    """One server, asked over one kept connection."""

    def __init__(self, url: str, user: str | None, secret: str | None) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        word = given_secret(secret) if secret else None
        if user:
            self._session.auth = (user, word or "")
        elif word:
            self._session.headers["Authorization"] = f"Bearer {word}"

    def samples(self, selector: str, start: int, end: int) -> list[dict[str, Any]]:
        """The raw samples of [start, end] by series: ``{"metric": labels, "values": [[s, text], …]}``."""
        query = {"query": f"{selector}[{end - start}ms]", "time": f"{end / 1000:.3f}"}
        try:
            answer = self._session.post(f"{self._url}/api/v1/query", data=query, timeout=TIMEOUT_S)
            document = answer.json()
        except requests.exceptions.JSONDecodeError as trouble:
            raise Unavailable(
                f"{self._url} answered with status {answer.status_code} and no JSON: is it a Prometheus server?"
            ) from trouble
        except requests.RequestException as trouble:
            raise Unavailable(f"{self._url} does not answer: {trouble}.") from trouble
        if document.get("status") != "success":
            raise Invalid(f"{self._url} refuses {selector!r}: {document.get('error', answer.status_code)}")
        data = document.get("data") or {}
        if data.get("resultType") != "matrix":
            raise Invalid(f"{selector!r} is no selector of series; give a metric with its labels, no expression.")
        found: list[dict[str, Any]] = data["result"]
        return found


class _History:
    """What was read so far; series are told apart by their labels."""

    def __init__(self, agent: str, name_by: str) -> None:
        self.taken = 0
        self.nameless = 0
        self._agent = agent
        self._name_by = name_by
        self._series: dict[tuple[tuple[str, str], ...], _Series] = {}

    def take(self, found: list[dict[str, Any]], start: int, end: int) -> Iterator[Entry]:
        """The results in [start, end); the server's answers include both ends, whatever its version."""
        for entry in found:
            series = self._named(entry["metric"])
            if series is None:
                continue
            for seconds, text in entry["values"]:
                at = round(float(seconds) * 1000)
                if not start <= at < end or text == "NaN":
                    continue
                if text not in _OUTCOMES:
                    raise Invalid(
                        f"{series.check} is {text} at {at}, neither 0 nor 1: take a metric such as up or probe_success."
                    )
                self.taken += 1
                yield replay_lines.result(series.check, self._agent, series.count(at), at, _OUTCOMES[text])

    def definitions(self, interval: int | None) -> Iterator[Entry]:
        """The targets and checks of the results."""
        targets: dict[str, Entry] = {}
        for series in self._series.values():
            if series.instants:
                targets.setdefault(series.target, replay_lines.target(series.target))
                every = interval or replay_lines.usual_distance(series.instants)
                yield replay_lines.check(series.check, series.target, series.metric, every, vital=True)
        yield from targets.values()

    def _named(self, labels: Mapping[str, str]) -> "_Series | None":
        key = tuple(sorted(labels.items()))
        known = self._series.get(key)
        if known is None:
            name = labels.get(self._name_by, "")
            if not name:
                self.nameless += 1
            known = self._series[key] = _Series(name, labels, self._name_by)
        return known if known.target else None


class _Series:
    """One series: whose check it is, and the first instants of it (for its interval)."""

    def __init__(self, name: str, labels: Mapping[str, str], name_by: str) -> None:
        self.target = name
        self.metric = labels.get("__name__", "prometheus")
        more = (value for label, value in sorted(labels.items()) if label not in ("__name__", name_by))
        self.check = "/".join((name, self.metric, *more))
        self.instants: list[int] = []
        self._count = 0

    def count(self, at: int) -> int:
        """The sequence number of the sample at ``at``."""
        if self._count < 1000:
            self.instants.append(at)
        self._count += 1
        return self._count
