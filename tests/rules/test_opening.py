"""Opening rules: the first that fits decides, the shipped ones last, and every breach is decided about."""

import pytest

from rules.errors import Invalid
from rules.opening import SHIPPED, Breach, Kind, Rule, Ruling, more_urgent, ruling


def shipped(kind: Kind, **given: object) -> Ruling:
    return ruling((), Breach(kind, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(Kind))
def test_there_is_a_ruling_on_every_kind_without_any_setting(kind: Kind) -> None:
    assert shipped(kind).priority in ("urgent", "important", "general")


@pytest.mark.parametrize(
    ("priority", "dependents", "needed", "ruled"),
    [
        ("urgent", 0, False, "urgent"),
        ("important", 0, False, "important"),
        ("general", 10, False, "general"),
        ("general", 11, False, "urgent"),
        ("general", 0, True, "urgent"),
    ],
)
def test_an_outage_is_as_urgent_as_its_target_or_what_hangs_on_it(
    priority: str, dependents: int, needed: bool, ruled: str
) -> None:
    assert shipped(Kind.OUTAGE, priority=priority, dependents=dependents, needed=needed).priority == ruled


@pytest.mark.parametrize("kind", [Kind.DEGRADED, Kind.THRESHOLD, Kind.CERTIFICATE])
@pytest.mark.parametrize(
    ("own", "ruled"), [("urgent", "important"), ("important", "important"), ("general", "general")]
)
def test_what_still_works_is_at_most_important(kind: Kind, own: str, ruled: str) -> None:
    assert shipped(kind, priority=own).priority == ruled


@pytest.mark.parametrize(("page", "ruled"), [(True, "urgent"), (False, "important")])
def test_a_budget_is_urgent_where_it_burns_so_fast_that_somebody_is_called(page: bool, ruled: str) -> None:
    assert shipped(Kind.BURN, page=page).priority == ruled


def test_problems_and_improvements_are_work_without_a_ticket() -> None:
    assert shipped(Kind.PROBLEM) == Ruling("important", 0, False)
    assert shipped(Kind.IMPROVEMENT) == Ruling("general", 0, False)


def test_a_rule_of_the_installation_comes_before_the_shipped_ones() -> None:
    lab = Rule(on=(Kind.OUTAGE,), where="site=lab", priority="general", ticket=False, after=120_000)

    assert ruling((lab,), Breach(Kind.OUTAGE, "urgent", {"site": "lab"}, 50, True)) == Ruling("general", 120_000, False)
    assert ruling((lab,), Breach(Kind.OUTAGE, "urgent", {"site": "hz"})) == Ruling("urgent", 0, True)
    assert ruling((lab,), Breach(Kind.DEGRADED, "general", {"site": "lab"})) == Ruling("general", 0, True)


def test_of_two_rules_that_fit_the_first_decides() -> None:
    rules = (Rule(priority="urgent"), Rule(priority="general"))

    assert ruling(rules, Breach(Kind.AGENT_LOST)).priority == "urgent"


def test_the_last_shipped_rule_fits_everything() -> None:
    assert SHIPPED[-1] == Rule()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"priority": "high"}, "priority: expected urgent, important, general or own, found 'high'"),
        ({"at_most": "own"}, "at_most: expected urgent, important, general, found 'own'"),
        ({"dependents": -1}, "dependents: expected at least 0"),
        ({"where": "site"}, "where: 'site' is not a selector"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_what_is_wrong(given: dict[str, object], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        Rule(**given)  # type: ignore[arg-type]


def test_the_more_urgent_of_two_priorities() -> None:
    assert more_urgent("general", "urgent") == more_urgent("urgent", "important") == "urgent"
    assert more_urgent("general", "important") == "important"
