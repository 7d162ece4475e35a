"""What all probes share: options and credentials."""

from dataclasses import dataclass

import pytest

from agent.probes.probe import REQUIRED, credential, option, read_options
from rules.errors import Invalid


@dataclass(frozen=True, slots=True)
class Options:
    name: str = option(REQUIRED, "must be given")
    count: int = option(3, "how many", low=1, high=10)
    share: float = option(0.5, "how much", low=0, high=1)
    exact: bool = option(False, "whether")
    names: tuple[str, ...] = option((), "which")
    mode: str = option("fast", "how", choices=("fast", "slow"))


def test_texts_of_a_command_line_become_what_is_wanted() -> None:
    made = read_options(
        Options, {"name": "x", "count": "7", "share": "0.25", "exact": "yes", "names": "a, b", "mode": "slow"}
    )

    assert made == Options(name="x", count=7, share=0.25, exact=True, names=("a", "b"), mode="slow")


def test_values_of_a_plan_are_taken_as_they_are() -> None:
    assert read_options(Options, {"name": "x", "names": ["a"], "share": 1}) == Options(
        name="x", names=("a",), share=1.0
    )


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Invalid) as told:
        read_options(Options, {"cuont": 1, "count": 11, "share": "half", "exact": "maybe", "mode": "medium"})

    assert sorted(mistake.partition(":")[0] for mistake in told.value.mistakes) == [
        "count",
        "cuont",
        "exact",
        "mode",
        "name",
        "share",
    ]


def test_only_known_fields_of_a_credential_are_shown() -> None:
    made = credential("lab", {"kind": "snmp", "user": "u", "auth_key": "hush", "new_field": "hush too"})

    assert made.words == {"user": "u"}
    assert "hush" not in repr(made)
    assert made.secrets["auth_key"].reveal() == "hush"
