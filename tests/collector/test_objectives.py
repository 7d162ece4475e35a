"""Objectives: what agreements promise, over a made-up house, beside the figures of the same time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from collector.intake import AgentIdentity
from collector.objectives import Burning, Objectives
from collector.settled import Settled
from collector.specs import AgreementSpec, CalendarSpec, CheckSpec, JoinSpec, JoinTokenSpec, ServiceSpec, TargetSpec
from collector.store import agents, checks, targets
from collector.timelines import Timelines
from rules.burn import RULES
from rules.errors import Invalid, Missing
from rules.period import local, month
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.rooms import rooms as open_rooms

HOUR = 3_600_000
DAY = 24 * HOUR
TZ = "Asia/Shanghai"
STEP = 5 * 60_000
"""How far apart the looks are."""

NOW = START + 6 * DAY
"""2026-09-27, 22:13 in Shanghai: three days before the end of a month."""

FAULTS = {"core-1": [(3 * DAY, 3 * DAY + 3 * HOUR)], "core-2": [(6 * DAY - 2 * HOUR, 6 * DAY)]}
"""By target, from when to when (ms after START) its looks fail."""


@dataclass
class Watched:
    """A house in which six switches were looked at for six days."""

    rooms: Rooms
    objectives: Objectives
    timelines: Timelines

    def item(self, agreement: str = "house", at: int = NOW) -> dict[str, Any]:
        (found,) = self.objectives.document(at, NOW, agreement=agreement)["items"]
        return found  # type: ignore[no-any-return]


def look(rooms: Rooms, target: str, handle: int, agent: AgentIdentity, seq: int) -> int:
    """Hand in six days of looks at one target; the next number of a result."""
    spells = [(START + begin, START + end) for begin, end in FAULTS.get(target, ())]
    results = []
    for at in range(START, NOW, STEP):
        bad = any(begin <= at < end for begin, end in spells)
        reading = Reading(Outcome.FAILED if bad else Outcome.OK, {}, "")
        results.append(Result(handle, STEP, -1, at - START + DAY, reading))
    header = Header(agent.id, "b1", seq, sent_mono=float(NOW - START + DAY), sent_wall=NOW)
    rooms.intake.submit_batch(encode(header, results), agent, NOW).result(10)
    return seq + len(results)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with open_rooms(tmp_path_factory.mktemp("house")) as rooms:
        registry = rooms.registry
        _, token = registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        registry.agents.join(JoinSpec(token, name="a1", machine_id="m", machine_boot="k", kinds=("ping",)), "192.0.2.9")
        with rooms.state.read() as tx:
            found = agents.named(tx, "a1")
        assert found is not None
        agent, seq = AgentIdentity(found.id, found.number), 1
        registry.agreements.set_calendar(
            CalendarSpec("office", TZ, {"mon-fri": ("09:00-18:00",)}, years=(2025,)), ADMIN
        )
        gold = {"targets": {"fault_rate": 0.005}}
        registry.agreements.set_agreement(
            AgreementSpec("gold", "Bank", "site=hz", START - DAY, parameters=gold, calendar=""), ADMIN
        )
        registry.agreements.set_agreement(
            AgreementSpec("office", selector="site=sh", valid_from=START - DAY, calendar="office"), ADMIN
        )
        for number in range(1, 7):
            name = f"core-{number}"
            labels = {"site": "hz" if number < 6 else "sh", "owner": "net" if number % 2 else "sys"}
            spec = CheckSpec("ping", settings={"interval": "5m", "retry_interval": "5m", "confirm_down": 2})
            target = registry.add_target(
                TargetSpec(name, "192.0.2.1", labels=labels, in_service_from=START, checks=(spec,)), ADMIN
            )
            with rooms.state.read() as tx:
                handle = checks.of_target(tx, target.id)[0].handle
            rooms.clock.at = NOW
            seq = look(rooms, name, handle, agent, seq)
            rooms.clock.at = START
        registry.agreements.set_service(
            ServiceSpec("billing", {"all_of": ["core-1", "core-2"]}, agreement="gold"), ADMIN
        )
        assert rooms.fold.wait_for(rooms.log.head()[0])
        rooms.clock.at = NOW
        settled = Settled(rooms.state, rooms.tracks, rooms.clock, rooms.settings)
        objectives = Objectives(rooms.state, settled, rooms.settings)
        yield Watched(rooms, objectives, Timelines(rooms.state, rooms.tracks, rooms.settings))


def test_every_agreement_in_force_is_told_and_the_house_first(house: Watched) -> None:
    items = house.objectives.document(NOW, NOW)["items"]

    names = [(one["agreement"]["name"], one["objects"]) for one in items]
    assert names[0] == ("house", 6)
    assert sorted(names[1:]) == [("gold", 5), ("office", 1)]


def test_what_is_attained_is_what_the_figures_say(house: Watched) -> None:
    period = month("2026-09", TZ)
    fleet = house.timelines.figures(None, period, NOW)["fleet"]

    found = {one["name"]: one for one in house.item()["objectives"]}

    assert found["fault_rate"]["value"] == fleet["headline"]["value"]
    assert (found["mtbf"]["value_h"], found["mttr"]["value_h"]) == (fleet["mtbf_h"], fleet["mttr_h"])
    assert {name: one["verdict"] for name, one in found.items()} == fleet["verdicts"]


def test_an_agreement_judges_by_its_own_terms(house: Watched) -> None:
    found = house.item("gold")["objectives"][0]

    assert (found["target"], found["verdict"]) == (0.005, "missed")
    # each edge lies half a step before its look; the last one is now
    assert found["down_ms"] == 5 * HOUR + STEP // 2


def test_the_budget_is_of_the_whole_month(house: Watched) -> None:
    """Six days have passed; the last three of the month are still to come."""
    whole = 5 * (month("2026-09", TZ).end - START)
    found = house.item("gold")["budget"]

    assert (found["agreed_ms"], found["whole_ms"]) == (whole, whole // 200)
    assert found["used_ms"] == house.item("gold")["objectives"][0]["down_ms"]


def test_time_that_is_not_owed_has_no_budget(house: Watched) -> None:
    """It began late on Monday the 21st: four working days of nine hours in that week, three more to come."""
    assert house.item("office")["budget"]["agreed_ms"] == 7 * 9 * HOUR


def test_a_calendar_without_the_year_warns(house: Watched) -> None:
    assert house.item("office")["uncovered_years"] == [2026]
    assert house.item("gold")["uncovered_years"] == []


def test_groups_are_told_by_label_and_what_all_have_is_none(house: Watched) -> None:
    told = [(one["label"], one["value"], one["objects"]) for one in house.item("gold")["groups"]]

    assert told == [("owner", "net", 3), ("owner", "sys", 2)]


def test_the_times_of_groups_add_up(house: Watched) -> None:
    found = house.item()
    owners = [one["budget"] for one in found["groups"] if one["label"] == "owner"]

    for key in ("agreed_ms", "used_ms"):
        assert sum(one[key] for one in owners) == found["budget"][key]


def test_a_service_is_judged_as_delivered(house: Watched) -> None:
    (found,) = house.item("gold")["services"]

    assert found["name"] == "billing"
    assert found["objectives"][0]["definition"] == "R1'"
    assert found["budget"]["used_ms"] == house.item("gold")["budget"]["used_ms"]


def test_few_devices_have_no_burn_alerts(house: Watched) -> None:
    assert house.item("office")["burns"] is None
    assert house.item("gold")["burns"] is not None


def test_the_worst_used_most_of_their_own_budget(house: Watched) -> None:
    assert [one["name"] for one in house.item()["worst"]] == ["core-1", "core-2"]


def test_the_forecast_tells_the_day(house: Watched) -> None:
    """Five hours in six days, and less than half an hour left: not another day like that."""
    found, kept = house.item("gold")["forecast"], house.item("gold")["budget"]
    per_day = (5 * HOUR + STEP // 2) / 6

    assert found["from"] == START  # nothing was in service a week ago
    assert found["per_day_ms"] == pytest.approx(per_day)
    assert found["runs_out"] == NOW + int(kept["left_ms"] / per_day * DAY)
    assert (found["missed"], local(found["runs_out"], TZ).day) == (True, 28)


def test_a_past_instant_is_told_as_it_stood(house: Watched) -> None:
    before = START + 2 * DAY

    assert house.item(at=before)["objectives"][0]["down_ms"] == 0
    assert house.item(at=before)["budget"]["agreed_ms"] == house.item()["budget"]["agreed_ms"]


def test_what_lies_ahead_has_no_figures(house: Watched) -> None:
    with pytest.raises(Invalid):
        house.objectives.document(NOW + 1, NOW)


def test_an_agreement_that_is_not_in_force_is_missing(house: Watched) -> None:
    with pytest.raises(Missing):
        house.item("none")
    with pytest.raises(Missing):
        house.item("gold", START - 2 * DAY)


def test_only_what_may_be_seen_is_told(house: Watched) -> None:
    with house.rooms.state.read() as tx:
        only = targets.resolve(tx, "core-6").id

    items = house.objectives.document(NOW, NOW, [only])["items"]

    assert [(one["agreement"]["name"], one["objects"]) for one in items] == [("house", 1), ("office", 1)]


def burning(house: Watched) -> dict[tuple[str, str, str], list[Burning]]:
    found: dict[tuple[str, str, str], list[Burning]] = {}
    for one in house.objectives.burning(NOW, NOW):
        found.setdefault((one.agreement, one.scope, one.name), []).append(one)
    return found


def test_what_burns_is_told_by_agreement_and_service(house: Watched) -> None:
    """Two hours of one of five switches are 40 % of an hour's budgeted time; the service was down for all of it."""
    found = burning(house)

    assert RULES[0] in [one.burn.rule for one in found["gold", "agreement", "gold"]]
    assert len(found["gold", "service", "billing"]) == 4


def test_one_lasting_outage_of_a_device_burns_nothing(house: Watched) -> None:
    assert not [key for key in burning(house) if key[1] == "object"]


def test_what_fired_goes_on_while_its_short_window_burns(house: Watched) -> None:
    at = START + 3 * DAY + 4 * HOUR
    key = ("gold", "service", "billing")

    anew = [one for one in house.objectives.burning(at, NOW) if one.name == "billing"]
    still = house.objectives.burning(at, NOW, {key: [RULES[0]]})

    assert RULES[0] not in [one.burn.rule for one in anew]
    assert RULES[0] not in [one.burn.rule for one in still if one.name == "billing"]  # well for an hour: cleared
