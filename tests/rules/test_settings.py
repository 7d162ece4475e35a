"""Settings: every mistake at once, each with its path."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret
from rules.settings import read, suggest, write


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    count: int
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.count < 0:
            raise Invalid("count must not be negative")


@dataclass(frozen=True)
class Outer:
    name: str
    pause: Duration = 5_000
    colour: Colour = Colour.RED
    folder: Path = Path("data")
    inner: Inner = field(default_factory=lambda: Inner(1))
    many: tuple[Inner, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    password: Secret | None = None
    limit: int | None = None
    begins: Duration | bool = False
    from_: str = field(default="", metadata={"key": "from"})


def resolve(source: str, name: str) -> str:
    if name == "ABSENT":
        raise Invalid(f"there is no {source} {name}")
    return f"{source} of {name}"


def mistakes(table: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(Invalid) as caught:
        read(Outer, table, "test.toml", resolve=resolve)
    return caught.value.mistakes


def test_each_type_is_read() -> None:
    table = {
        "name": "n",
        "pause": "2m",
        "colour": "blue",
        "folder": "/var/data",
        "inner": {"count": 2, "share": 1},
        "many": [{"count": 3}],
        "labels": {"site": "hz"},
        "password": {"env": "PW"},
        "limit": 4,
        "begins": "1s",
        "from": "here",
    }

    assert read(Outer, table, resolve=resolve) == Outer(
        name="n",
        pause=120_000,
        colour=Colour.BLUE,
        folder=Path("/var/data"),
        inner=Inner(2, 1.0),
        many=(Inner(3),),
        labels={"site": "hz"},
        password=Secret("env of PW"),
        limit=4,
        begins=1_000,
        from_="here",
    )


def test_what_is_absent_keeps_its_default() -> None:
    assert read(Outer, {"name": "n"}) == Outer("n")


def test_what_is_absent_keeps_the_value_of_the_base_at_any_depth() -> None:
    base = Outer("n", pause=1, inner=Inner(7, 0.1))

    assert read(Outer, {"inner": {"share": 0.2}}, base=base) == Outer("n", pause=1, inner=Inner(7, 0.2))


def test_all_mistakes_are_told_at_once_with_their_paths() -> None:
    table = {
        "nmae": "n",
        "pause": 5,
        "colour": "green",
        "inner": {"count": "many", "shares": 1},
        "many": [{"count": 1}, {"count": True}],
        "limit": 1.5,
    }

    assert set(mistakes(table)) == {
        "nmae: unknown key, did you mean 'name'?",
        "name: missing",
        'pause: expected a duration such as "30s" or "5m", found 5',
        "colour: expected one of red, blue, found 'green'",
        "inner.shares: unknown key, did you mean 'share'?",
        "inner.count: expected a whole number, found 'many'",
        "many[1].count: expected a whole number, found True",
        "limit: expected a whole number, found 1.5",
    }


def test_a_dataclass_that_refuses_its_values_is_one_mistake_with_its_path() -> None:
    assert mistakes({"name": "n", "inner": {"count": -1}}) == ("inner: count must not be negative",)


@pytest.mark.parametrize("given", ["hunter2", {"env": 5}, {"vault": "x"}, {"env": "A", "file": "B"}])
def test_a_secret_given_otherwise_is_refused_without_showing_it(given: object) -> None:
    (told,) = mistakes({"name": "n", "password": given})

    assert told == 'password: expected a secret given as { env = "NAME" } or { file = "PATH" }'


def test_a_secret_that_cannot_be_found_is_a_mistake() -> None:
    assert mistakes({"name": "n", "password": {"env": "ABSENT"}}) == ("password: there is no env ABSENT",)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), True, "0.5"])
def test_a_number_must_be_one(number: object) -> None:
    assert len(mistakes({"name": "n", "inner": {"count": 1, "share": number}})) == 1


def test_a_choice_that_fits_nothing_tells_each_possibility() -> None:
    assert mistakes({"name": "n", "begins": "soon"}) == (
        "begins: expected a duration such as \"30s\" or \"5m\", found 'soon', or expected true or false, found 'soon'",
    )


def test_what_is_written_reads_back() -> None:
    settings = Outer("n", pause=90_000, inner=Inner(4), many=(Inner(1),), labels={"a": "b"}, from_="x")

    assert read(Outer, write(settings)) == settings


def test_secrets_are_not_written() -> None:
    assert write(Outer("n", password=Secret("hunter2")))["password"] == "***"


@pytest.mark.parametrize(("word", "told"), [("nmae", ", did you mean 'name'?"), ("zzz", "")])
def test_only_what_is_alike_is_suggested(word: str, told: str) -> None:
    assert suggest(word, ["name", "colour"]) == told
