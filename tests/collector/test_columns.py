"""A packed log folded in columns gives what the same log gives entry by entry, whatever is in it."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.core import Core
from collector.columns import MOST_STRETCHES, Stretch, pieces
from collector.live import Terms
from collector.pack import pack_closed
from collector.refold import fold_whole
from collector.store.entry import Draft
from collector.store.packed import Pack
from collector.store.packing import BLOCK
from rules.parameters import CheckParameters
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.test_fold import BOOT_AT, NOW, One, batch

DAY = 86_400_000
TABLES = ("span", "glitch", "seen", "conflict", "fold")
TERMS = (
    CheckParameters(),
    CheckParameters(confirm_down=1, confirm_up=1),
    CheckParameters(interval=30_000, max_gap=75_000),
    None,
)


def core(folder: Path) -> Core:
    """A core whose configuration entries change the terms of checks 1 and 2; check 5 is nobody's."""
    in_force: dict[int, CheckParameters | None] = dict.fromkeys(range(1, 5), TERMS[0])

    def terms(tx: object, handles: Any) -> dict[int, Terms | None]:
        found = {handle: in_force.get(handle) for handle in handles}
        return {handle: Terms(f"t_{handle}", one) if one else None for handle, one in found.items()}

    def apply(tx: object, position: int, at: int, payload: Any) -> set[int]:
        in_force[payload["handle"]] = TERMS[payload["terms"]]
        return {payload["handle"]}

    made = Core(folder, terms)
    made.fold.appliers["config"] = apply
    return made


def content(made: Core) -> dict[str, Any]:
    with made.state.read() as tx:
        tables = {name: sorted(tuple(row) for row in tx.execute(f"SELECT * FROM {name}")) for name in TABLES}
    return {**tables, "live": list(made.live.rows())}


def both(drafts: list[Draft]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the entries give one by one, and what they give packed."""
    found = []
    for packed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            made = core(Path(folder))
            for draft in drafts:
                made.log.append([draft])
            if packed:
                made.log.append([Draft("incident", NOW + DAY, b"{}")])
                assert pack_closed(made.log) != 0
                fold_whole(made.fold, made.log)
            else:
                made.log.append([Draft("incident", NOW + DAY, b"{}")])
                made.fold_all()
            found.append(content(made))
            made.close()
    return found[0], found[1]


@st.composite
def logs(draw: st.DrawFn) -> list[Draft]:
    """Batches of two agents, with changes of configuration, incidents and conflicts among them."""
    random = Random(draw(st.integers(0, 1 << 30)))
    wild = draw(st.booleans())
    drafts = []
    at, seqs = 0, {1: 1, 2: 1}
    for _ in range(draw(st.integers(1, 25))):
        kind = random.choices(("batch", "config", "incident", "conflict"), (20, 2, 2, 1))[0]
        if kind == "config":
            change = f'{{"changes": [], "handle": {random.choice((1, 2))}, "terms": {random.randrange(len(TERMS))}}}'
            drafts.append(Draft("config", NOW, change.encode()))
        elif kind == "incident":
            drafts.append(Draft("incident", NOW, b'{"verb": "x"}'))
        else:
            agent = random.choice((1, 2))
            samples: list[One] = []
            for _ in range(random.randint(1, 8)):
                at += random.choice((20_000, 60_000, 60_000, 60_000, 200_000))
                shift = random.choice((0, 0, 0, -400_000, -8 * DAY, 5_000_000)) if wild else 0
                samples.append((random.choice((1, 1, 2, 3, 5)), at + shift, random.choice((0, 0, 0, 0, 1, 2, 2, 3))))
            samples.sort(key=lambda one: one[:2])
            made = batch(agent, seqs[agent], samples)
            if kind == "batch":
                seqs[agent] += len(samples)
                drafts.append(made)
            else:
                drafts.append(Draft("conflict", NOW, made.body, agent))
    return drafts


@settings(max_examples=30, deadline=None)
@given(logs())
def test_columns_give_what_the_entries_give(drafts: list[Draft]) -> None:
    plain, fast = both(drafts)

    assert fast == plain


def test_runs_go_on_over_the_borders_of_blocks() -> None:
    drafts = []
    handles, seq = range(1, 5), 1
    for first in range(0, BLOCK // 2, 512):
        samples = [
            (handle, 60_000 * slot - DAY, 2 if slot % 97 < 5 + handle else 0)
            for handle in handles
            for slot in range(first, first + 512)
        ]
        drafts.append(batch(1, seq, [(handle, at // 60, code) for handle, at, code in samples]))
        seq += len(samples)

    plain, fast = both(drafts)

    assert len(plain["span"]) > 100
    assert fast == plain


def packed(tmp_path: Path, drafts: list[Draft]) -> Pack:
    made = core(tmp_path)
    for draft in drafts:
        made.log.append([draft])
    made.log.append([Draft("incident", NOW + DAY, b"{}")])
    pack_closed(made.log)
    found = next(iter(made.log.pieces(0)))
    made.close()
    assert isinstance(found, Pack)
    return found


def test_a_change_of_the_configuration_parts_a_pack(tmp_path: Path) -> None:
    change = Draft("config", NOW, b'{"changes": [], "handle": 1, "terms": 1}')
    found = pieces(packed(tmp_path, [batch(1, 1, [(1, 0, 0), (2, 0, 0)]), change, batch(1, 3, [(1, 60_000, 2)])]))

    assert found is not None
    assert [(one.position, one.rows) if isinstance(one, Stretch) else one[0] for one in found] == [(1, 2), 2, (3, 1)]


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([batch(1, 1, [(1, -9 * DAY, 0)])], id="too old"),
        pytest.param([batch(1, 1, [(1, 3_600_000 + 61_000, 0)])], id="ahead of its receipt"),
        pytest.param(
            [
                draft
                for turn in range(MOST_STRETCHES + 1)
                for draft in (
                    batch(1, turn + 1, [(1, turn, 0)]),
                    Draft("config", NOW, b'{"changes": [], "handle": 1, "terms": 0}'),
                )
            ],
            id="many changes",
        ),
    ],
)
def test_what_columns_cannot_tell_is_taken_entry_by_entry(tmp_path: Path, drafts: list[Draft]) -> None:
    assert pieces(packed(tmp_path, drafts)) is None


def test_values_of_named_metrics_come_with_their_rows(tmp_path: Path) -> None:
    readings = [
        Reading(Outcome.OK, {"uptime_s": 5, "load": 0.5}),
        Reading(Outcome.FAILED),
        Reading(Outcome.OK, {"uptime_s": 7.5}),
    ]
    results = [Result(handle, 60_000, -1, 1000, reading) for handle, reading in zip((1, 2, 3), readings, strict=True)]
    header = Header("a_1", "b", 1, sent_mono=float(NOW - BOOT_AT), sent_wall=NOW)
    draft = Draft("batch", NOW, encode(header, results), 1, "b", 1, 3, BOOT_AT + 1000, BOOT_AT + 1000, BOOT_AT)
    found = pieces(packed(tmp_path, [draft]))

    assert found is not None
    assert isinstance(found[0], Stretch)
    (runs,) = found[0].runs
    values = found[0].values(runs, ("uptime_s", "engine_boots"))

    assert {name: (rows.tolist(), numbers.tolist()) for name, (rows, numbers) in values.items()} == {
        "uptime_s": ([0, 2], [5.0, 7.5])
    }
    assert [(agent, at, one.boot) for agent, at, one in found[0].headers()] == [(1, NOW, "b")]
