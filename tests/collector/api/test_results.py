"""The door for plain results: what an enrolled reporter says is taken whole or not at all, and once."""

from dataclasses import dataclass
from typing import Any

import pytest

from collector.specs import CheckSpec, JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import checks
from rules.period import Period
from tests.collector.api.asking import SETTLER, Door

MINUTE = 60_000


@dataclass
class Reporter:
    """A program enrolled as an agent, and the check it answers."""

    door: Door
    token: str
    check: str
    handle: int
    target: str

    def post(self, *results: dict[str, Any], token: str | None = None) -> Any:
        return self.door.ask_as(self.token if token is None else token, "POST", "results", {"results": list(results)})

    def one(self, minute: int, outcome: str = "ok", **more: Any) -> dict[str, Any]:
        return {"check": self.check, "t": self.door.clock.at + minute * MINUTE, "outcome": outcome, **more}

    def said(self) -> list[tuple[int, str]]:
        house = self.door.house
        assert house.fold.wait_for(house.log.head()[0])
        now = self.door.clock.at
        return [(one.at, one.outcome.value) for one in house.tracks.samples(self.handle, now - 60 * MINUTE, now + 1)]


@pytest.fixture
def reporter(door: Door) -> Reporter:
    registry = door.house.registry
    _, right = registry.agents.new_join_token(JoinTokenSpec(), SETTLER)
    joined = registry.agents.join(JoinSpec(right, name="backups", machine_id="m", machine_boot="k"), "127.0.0.1")
    began = door.clock.at - 60 * MINUTE
    asked = CheckSpec("tcp", vital=True, agents="backups")
    target = registry.add_target(TargetSpec("nas", "192.0.2.1:22", checks=(asked,), in_service_from=began), SETTLER)
    with door.house.state.read() as tx:
        (check,) = checks.of_target(tx, target.id)
    return Reporter(door, joined.token, check.id, check.handle, target.id)


def test_results_are_on_disk_when_they_are_answered(reporter: Reporter) -> None:
    answer = reporter.post(reporter.one(-2), reporter.one(-1, "failed", values={"rtt_us": 5}, text="refused"))

    assert answer.status_code == 200
    assert answer.json() == {"taken": 2, "head": reporter.door.house.log.head()[1].hex()}
    now = reporter.door.clock.at
    assert reporter.said() == [(now - 2 * MINUTE, "ok"), (now - MINUTE, "failed")]


def test_reported_results_make_figures(reporter: Reporter) -> None:
    reporter.post(*(reporter.one(minute, "failed" if -30 <= minute < -20 else "ok") for minute in range(-59, 1)))
    house, now = reporter.door.house, reporter.door.clock.at
    assert house.fold.wait_for(house.log.head()[0])

    (entry,) = house.timelines.figures([reporter.target], Period(now - 50 * MINUTE, now), now)["objects"]
    assert (entry["down_ms"], entry["failures"]) == (10 * MINUTE, 1)


def test_what_is_reported_twice_counts_once(reporter: Reporter) -> None:
    for _ in range(2):
        assert reporter.post(reporter.one(-1)).status_code == 200

    assert len(reporter.said()) == 1


def test_a_result_may_be_dated_by_a_text(reporter: Reporter) -> None:
    assert reporter.post({**reporter.one(0), "t": "2026-09-21T14:13:20Z"}).status_code == 200
    assert reporter.said() == [(1_790_000_000_000, "ok")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"check": "c_nobody"}, "c_nobody"),
        ({"t": -5}, "seven days"),
        ({"t": 10**30}, "seven days"),
        ({"t": "yesterday"}, "not a time"),
        ({"t": None}, "t"),
        ({"outcome": "great"}, "outcome"),
        ({"values": {"rtt_us": "fast"}}, "values"),
        ({"text": "two\nlines"}, "one line"),
        ({"text": "x" * 3000}, "2000"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_one_bad_result_refuses_them_all(reporter: Reporter, change: dict[str, Any], words: str) -> None:
    before = reporter.door.house.log.head()
    answer = reporter.post(reporter.one(-2), {**reporter.one(-1), **change})

    assert answer.status_code == 400
    assert words in answer.text
    assert "results[1]" in answer.text
    assert reporter.door.house.log.head() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"results": {}}', b'{"results": []}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_none_is_told(reporter: Reporter, body: bytes) -> None:
    answer = reporter.door.ask_as(reporter.token, "POST", "results", content=body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_value_that_is_not_finite_is_refused(reporter: Reporter) -> None:
    text = f'{{"results": [{{"check": "{reporter.check}", "t": {reporter.door.clock.at}, "outcome": "ok", '
    for value in ("NaN", "1e999"):
        body = f'{text}"values": {{"x": {value}}}}}]}}'.encode()
        assert reporter.door.ask_as(reporter.token, "POST", "results", content=body).status_code == 400


def test_more_than_the_limit_is_too_large(reporter: Reporter) -> None:
    one = reporter.one(0)

    assert reporter.post(*([one] * 10_001)).status_code == 413


def test_nobody_reports_without_an_agents_token(reporter: Reporter) -> None:
    assert reporter.post(reporter.one(0), token="").status_code == 401
    assert reporter.post(reporter.one(0), token=reporter.door.token("viewer")).status_code == 403
    assert reporter.post(reporter.one(0), token=reporter.door.token("admin")).status_code == 403


def test_an_agent_answers_its_own_checks_only(reporter: Reporter) -> None:
    registry = reporter.door.house.registry
    _, right = registry.agents.new_join_token(JoinTokenSpec(), SETTLER)
    other = registry.agents.join(JoinSpec(right, name="other", machine_id="m2", machine_boot="k"), "127.0.0.1")

    answer = reporter.post(reporter.one(0), token=other.token)
    assert answer.status_code == 400
    assert "not for this agent" in answer.text


def test_a_revoked_reporter_is_nobody(reporter: Reporter) -> None:
    assert reporter.post(reporter.one(-1)).status_code == 200
    reporter.door.house.registry.agents.revoke("backups", SETTLER)

    assert reporter.post(reporter.one(0)).status_code == 401


def test_results_of_a_removed_check_are_refused(reporter: Reporter) -> None:
    reporter.door.house.registry.remove_check(reporter.check, SETTLER)

    assert "no living check" in reporter.post(reporter.one(0)).text
