"""Parameters by their public names."""

import pytest

from rules.errors import Invalid
from rules.parameters import DAY, HOUR, EdgePolicy, FaultRate, FreezeAt, Parameters, Quorum, Reach


def test_settings_override_by_name_in_every_form() -> None:
    parameters = Parameters().with_settings(
        {
            "confirm_down": 5,
            "edge_policy": "first_bad",
            "max_gap": "10m",
            "merge_gap": "1m",
            "recovery_grace": {"intervals": 3},
            "quorum": 2,
            "fault_rate_definition": "R1'",
            "freeze_at": "day 5, 09:30",
            "targets": {"mtbf": "800h"},
        }
    )

    assert parameters.confirm_down == 5
    assert parameters.edge_policy is EdgePolicy.FIRST_BAD
    assert parameters.max_gap == Reach(fixed=600_000)
    assert parameters.recovery_grace.of(20_000) == 60_000
    assert parameters.quorum == Quorum(2)
    assert parameters.fault_rate_definition is FaultRate.R1_DELIVERED
    assert parameters.freeze_at == FreezeAt(5, 9, 30)
    assert (parameters.targets.mtbf, parameters.targets.mttr) == (800 * HOUR, 4 * HOUR)


def test_what_is_printed_can_be_given_back_as_settings() -> None:
    parameters = Parameters().with_settings({"max_gap": {"intervals": 3}, "quorum": 2, "min_vantages": 1})

    assert Parameters().with_settings(parameters.as_settings()) == parameters


@pytest.mark.parametrize(
    "table",
    [
        {"confirm_down": 0},
        {"max_gap": {"interval": 2}},
        {"max_gap": {"intervals": -1}},
        {"quorum": 0},
        {"quorum": "most"},
        {"min_coverage": 95},
        {"min_vantages": 0},
        {"freeze_at": "day 30, 12:00"},
        {"fault_rate_definition": "R9"},
    ],
)
def test_what_makes_no_sense_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Parameters().with_settings(table)


def test_the_gap_of_a_check_follows_its_interval() -> None:
    assert Parameters().for_check(300_000).max_gap == 750_000


def test_a_fixed_gap_is_never_less_than_the_interval() -> None:
    assert Parameters(max_gap=Reach(fixed=60_000)).for_check(DAY).max_gap == DAY


@pytest.mark.parametrize(("assigned", "needed"), [(1, 1), (2, 1), (3, 2), (9, 2)])
def test_two_of_three_agents_must_know(assigned: int, needed: int) -> None:
    assert Parameters().vantages(assigned) == needed


@pytest.mark.parametrize(("valid", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_the_majority_is_of_those_who_know(valid: int, needed: int) -> None:
    assert Quorum().needed(valid) == needed
