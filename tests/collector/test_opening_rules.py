"""The opening rules of nineward.toml decide about real faults."""

from pathlib import Path

from collector.settings import load
from rules.opening import Kind, Rule
from tests.collector.fleet import URGENT, fleet
from tests.collector.watch import world as open_world

TOML = """
[incidents]
stable_after = "5m"
[[incident_rules]]
on = ["outage"]
where = "site=lab"
priority = "urgent"
ticket = false
[[incident_rules]]
on = ["outage"]
after = "1m"
"""


def test_rules_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "nineward.toml").write_text(TOML)
    found = load(tmp_path)

    assert found.incident_rules == (
        Rule(on=(Kind.OUTAGE,), where="site=lab", priority="urgent", ticket=False),
        Rule(on=(Kind.OUTAGE,), after=60_000),
    )
    assert found.incidents.stable_after == 300_000


def test_rules_decide_about_priority_ticket_and_how_long_a_fault_must_last(tmp_path: Path) -> None:
    (tmp_path / "nineward.toml").write_text(TOML)
    with open_world(tmp_path / "world") as world:
        object.__setattr__(world.rooms.settings, "incident_rules", load(tmp_path).incident_rules)
        found = fleet(world, [("lab", {"labels": {"site": "lab"}}), ("shop", {"priority": URGENT})])
        found.fail(["lab", "shop"])
        found.confirm()
        assert [(one.summary, one.priority) for one in world.all()] == [("lab is down", "urgent")]
        found.rest(60)

        assert [one.summary for one in world.all()] == ["lab is down", "shop is down"]
        assert [telling.facts["incident"]["summary"] for telling in world.desk.told] == ["shop is down"]
