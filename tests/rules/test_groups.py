"""Groups by a label: pooled like the fleet, and adding up to it exactly."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from rules.state import State
from tests.rules.stories import EPOCH, line, results, seconds, target

SITES = st.sampled_from([None, "hz", "sh", "bj"])
ADDED = [
    *(f"{state}_ms" for state in State),
    *("agreed_ms", "operational_ms", "planned_down_ms", "unconfirmed_ms", "down_ms_min", "down_ms_max"),
    *("failures", "episodes", "glitches", "restored", "open", "objects", "objects_affected", "objects_missing"),
]


def labelled(name: str, site: str | None, **more: Any) -> list[str]:
    return target(name, labels={} if site is None else {"site": site}, **more)


def figures(lines: list[str], group: str | None = "site") -> dict[str, Any]:
    period = Period(seconds(0), seconds(3600), "Asia/Shanghai")
    return replay(read_record(lines), period, Parameters(maintenance_cap=0), group)


@st.composite
def fleets(draw: st.DrawFn) -> list[str]:
    """A few targets at sites or at none, with stretches of failed looks, corrected here and there, and a service."""
    lines: list[str] = [line("service", name="all", needs={"any_of": ["t0"]}, labels={"site": "hz"})]
    for number in range(draw(st.integers(1, 6))):
        name = f"t{number}"
        lines += labelled(name, draw(SITES))
        looks = draw(st.lists(st.sampled_from("UUUUDG"), min_size=60, max_size=60))
        words = {"U": "ok", "D": "failed", "G": "degraded"}
        seen = [(30 + 60 * place, words[look]) for place, look in enumerate(looks)]
        lines += results(seen[: draw(st.integers(0, 60))], check=f"{name}/ping")
        if draw(st.booleans()):
            lines.append(
                line(
                    "correction",
                    target=name,
                    from_=EPOCH,
                    to=EPOCH + draw(st.integers(1, 3_600_000)),
                    class_=draw(st.sampled_from(["up", "down", "excluded"])),
                    proposed_by="ann",
                    approved_by="bob",
                    approved_at=EPOCH,
                )
            )
    return lines


@settings(deadline=None, max_examples=60)
@given(fleets())
def test_groups_and_objects_add_up_to_the_fleet(lines: list[str]) -> None:
    found = figures(lines)
    fleet, groups = found["fleet"], found["groups"]

    for key in ADDED:
        assert fleet[key] == sum(group[key] for group in groups), key
        if not key.startswith("objects"):
            assert fleet[key] == sum(entry[key] for entry in found["objects"] if entry["kind"] != "service"), key
    measured = fleet["as_measured"] or fleet
    assert measured["down_ms"] == sum((group["as_measured"] or group)["down_ms"] for group in groups)


@settings(deadline=None, max_examples=30)
@given(fleets(), SITES)
def test_a_group_is_what_the_fleet_of_its_members_would_be(lines: list[str], site: str | None) -> None:
    known = read_record(lines).targets
    chosen = {name for name, dated in known.items() if dated.revisions[-1][1].labels.get("site") == site}
    of_them = [text for text in lines if any(f'"{name}' in text for name in chosen) and '"service"' not in text]
    group = next((one for one in figures(lines)["groups"] if one["value"] == site), None)

    assert (group is None) == (not chosen)
    if group is not None:
        assert group == {"label": "site", "value": site, **figures(of_them, None)["fleet"]}


def test_those_without_the_label_come_last() -> None:
    found = figures([*labelled("a", None), *labelled("b", "sh"), *labelled("c", "hz")])

    assert [group["value"] for group in found["groups"]] == ["hz", "sh", None]


def test_nobody_is_grouped_unasked() -> None:
    assert "groups" not in figures(labelled("a", "hz"), None)


def test_the_label_at_the_end_of_the_period_counts() -> None:
    moved = [*labelled("a", "hz"), *labelled("a", "sh", since=seconds(1800)), *labelled("a", "bj", since=seconds(3600))]

    assert [group["value"] for group in figures(moved)["groups"]] == ["sh"]
