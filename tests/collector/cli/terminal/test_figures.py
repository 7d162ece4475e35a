"""Figures as tables and sentences: every row by its own terms, readings in words, corrections on both sides."""

import pytest

from collector.cli.terminal import figures
from collector.texts import translator
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.stories import line, results, seconds, target

STORY = "U@30..570/60 D@630..1770/60 U@1830..3570/60"


def text(lang: str = "en", *more: str, group: str | None = None, **settings: object) -> str:
    """What is printed of an hour in which one of two targets fails for twenty minutes."""
    lines = [*target("a", labels={"site": "hz"}), *results(STORY, check="a/ping"), *target("b"), *more]
    lines += results("U@30..3570/60", check="b/ping")
    parameters = Parameters().with_settings(settings)
    document = replay(read_record(lines), Period(seconds(0), seconds(3600), "Asia/Shanghai"), parameters, group)
    return figures.text(document, translator(lang))


def row(printed: str, name: str) -> str:
    """The first line about something: the table of objects stands first."""
    return next(text for text in printed.splitlines() if text.startswith(f"{name} "))


def test_every_target_stands_with_its_agreement_and_all_of_them_last() -> None:
    printed = text()

    assert "house" in row(printed, "a")
    assert "33.3334 %" in row(printed, "a")
    assert "16.6667 %" in row(printed, "All")


def test_groups_stand_between_the_targets_and_all() -> None:
    printed = text(group="site")

    assert printed.index("site: hz") < printed.index("site: without") < printed.index("All ")
    assert "33.3334 %" in row(printed, "site: hz")


def test_the_fault_rate_is_said_in_words_with_every_other_reading() -> None:
    printed = text()

    assert "Fault rate means R1: the share of known agreed time in which a device was down by its own fault" in printed
    assert "R1 16.6667 %  R1' 16.6667 %  R2 50.0000 %  R3 16.6667 %  R4 360.0000  R5 –" in printed


def test_another_reading_can_be_the_headline() -> None:
    printed = text(fault_rate_definition="R2")

    assert "Fault rate means R2: the share of devices with at least one failure in the period." in printed
    assert "50.0000 %" in row(printed, "All")


def test_a_service_shows_the_rate_it_is_judged_by() -> None:
    behind = [line("service", name="web", needs={"all_of": ["a"]})]

    assert "33.3334 %" in row(text("en", *behind), "web")


def test_the_worst_and_those_over_the_bound_are_told() -> None:
    printed = text()

    assert "1 of 2 targets miss the bound by themselves." in printed
    assert "Most time in fault: a 33.3334 %" in printed


def test_corrections_are_shown_on_both_sides_with_the_verdict_they_turned() -> None:
    corrected = line(
        "correction", target="a", from_=seconds(600), to=seconds(1800), class_="excluded",
        proposed_by="ann", approved_by="bob", approved_at=seconds(4000),
    )  # fmt: skip

    printed = text("en", corrected)

    assert "a as measured, without corrections: availability 66.6666 %, down 0:20:00" in printed
    assert "a: corrections turned the verdict on Fault rate from Missed to Met" in printed


@pytest.mark.parametrize("definition", ["R1", "R1'", "R2", "R3", "R4"])
def test_every_reading_is_said_in_chinese_too(definition: str) -> None:
    (said,) = [text for text in text("zh-CN", fault_rate_definition=definition).splitlines() if "口径 R" in text]

    assert not any("a" <= letter <= "z" for letter in said)
