"""Agents as they are listed: the silent ones first, and how each is doing."""

from collector.store.agents import Agent
from collector.texts import translator
from collector.web.views.agents import Heard, agents
from rules.wire import Header

EN = translator("en")
NOW = 1_790_000_000_000


def header(mono: float, cpu: float, **health: float) -> Header:
    return Header("a_1", "b1", 1, sent_mono=mono, sent_wall=NOW, health={"cpu_s": cpu, **health})


def test_the_share_of_a_core_is_taken_between_two_batches() -> None:
    heard = Heard(NOW, header(60_000.0, 1.06), header(0.0, 1.0))

    assert agents([(Agent("a_1", 1, "hub", ""), heard, 3, False)], NOW, "UTC", EN).rows[0].cpu == "0.10 %"


def test_one_batch_alone_tells_no_share() -> None:
    heard = Heard(NOW, header(60_000.0, 1.06))

    assert agents([(Agent("a_1", 1, "hub", ""), heard, 3, False)], NOW, "UTC", EN).rows[0].cpu == "–"


def test_a_silent_agent_comes_first_and_one_never_heard_is_not_silent() -> None:
    heard = Heard(NOW - 4_000, header(0.0, 1.0, clock_offset_ms=-250))
    known = [
        (Agent("a_1", 1, "a", ""), heard, 3, False),
        (Agent("a_2", 2, "b", ""), heard, 3, True),
        (Agent("a_3", 3, "c", ""), None, 0, False),
    ]

    rows = agents(known, NOW, "UTC", EN).rows

    assert [(row.name, row.word, row.heard) for row in rows] == [
        ("b", "Silent", "4 s ago"),
        ("c", "not heard yet", "–"),
        ("a", "Speaking", "4 s ago"),
    ]
    assert rows[0].offset == "−0.2 s"
