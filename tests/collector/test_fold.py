"""Whatever the order in which results arrive, and wherever the collector stops, the spans are those of the samples."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.core import Core, made_up
from collector.decode import decode
from collector.fold import Change
from collector.live import Terms
from collector.store import spans
from collector.store.entry import Draft
from rules.errors import Unavailable
from rules.parameters import CheckParameters
from rules.result import Outcome, Reading, Result
from rules.span import Sample, Track, track
from rules.wire import OUTCOMES, Header, encode

NOW = 1_700_000_000_000
BOOT_AT = NOW - 3_600_000
PARAMETERS = CheckParameters()
TERMS = made_up(100, PARAMETERS)

One = tuple[int, int, int]
"""A sample as handle, instant on the boot clock, outcome code."""


def batch(agent: int, first: int, samples: list[One], received: int = NOW) -> Draft:
    results = [Result(h, 60_000, -1, at, Reading(OUTCOMES[code])) for h, at, code in samples]
    header = Header(f"a_{agent}", f"boot{agent}", first, sent_mono=float(received - BOOT_AT), sent_wall=received)
    body = encode(header, results)
    instants = [at + BOOT_AT for _, at, _ in samples]
    last = first + len(samples) - 1
    return Draft("batch", received, body, agent, header.boot, first, last, min(instants), max(instants), BOOT_AT)


def expected(samples: list[One], handle: int, parameters: CheckParameters = PARAMETERS) -> Track:
    mine = [Sample(at + BOOT_AT, OUTCOMES[code]) for h, at, code in samples if h == handle]
    return track([one for one in mine if one.outcome is not Outcome.ERROR], parameters, now=NOW)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path, TERMS)
    yield made
    made.close()


@st.composite
def histories(draw: st.DrawFn) -> list[One]:
    at = 0
    samples = []
    for gap, handle, code in draw(
        st.lists(
            st.tuples(st.integers(1, 90_000), st.integers(1, 2), st.sampled_from([0, 0, 0, 1, 2, 2, 3])), max_size=60
        )
    ):
        at += gap
        samples.append((handle, at, code))
    return samples


@settings(max_examples=40, deadline=None)
@given(histories(), st.integers(0, 1 << 30), st.booleans())
def test_order_of_arrival_and_restarts_change_nothing(samples: list[One], seed: int, shuffled: bool) -> None:
    random = Random(seed)
    batches: list[list[One]] = []
    rest = list(samples)
    while rest:
        size = random.randint(1, 8)
        batches.append(rest[:size])
        rest = rest[size:]
    if shuffled:
        random.shuffle(batches)
    with tempfile.TemporaryDirectory() as folder:
        core = Core(Path(folder), TERMS)
        first = 1
        for one in batches:
            core.log.append([batch(3, first, one)])
            first += len(one)
            if random.random() < 0.5:
                core.fold_all()
            if random.random() < 0.2:
                core.fold.stop() if random.random() < 0.3 else None
                core.close()
                core = Core(Path(folder), TERMS)
            if random.random() < 0.2:
                core.live.save() if core.live.position == core.fold.position else None
        core.fold_all()

        for handle in (1, 2):
            found = core.tracks.track(handle, 0, 1 << 50, NOW).get(3, Track())
            wanted = expected(samples, handle)
            assert found == wanted
        core.close()


def test_a_state_is_known_to_listeners_once_confirmed(core: Core) -> None:
    heard: list[Change] = []
    touched: dict[str, int] = {}
    core.fold.after_commit += [lambda _, changes: heard.extend(changes), lambda earliest, _: touched.update(earliest)]
    samples = [(7, at * 60_000, code) for at, code in enumerate([0, 0, 2, 2, 2])]

    core.log.append([batch(1, 1, samples)])
    core.fold_all()

    edge = BOOT_AT + 90_000
    assert heard == [
        Change(7, 1, "t_1", "down", edge, (BOOT_AT + 60_000, BOOT_AT + 120_000), BOOT_AT + 240_000),
    ]
    assert touched == {"t_1": BOOT_AT - 30_000}


def test_results_of_unknown_checks_are_logged_and_left_out(core: Core) -> None:
    core.log.append([batch(1, 1, [(999, 0, 0), (7, 0, 0)])])

    core.fold_all()

    assert core.tracks.track(999, 0, 1 << 50, NOW) == {}
    assert set(core.tracks.track(7, 0, 1 << 50, NOW)) == {1}
    (entry,) = core.log.read(0)
    assert decode(entry.body).handle.tolist() == [999, 7]


def test_what_an_applier_changes_holds_from_its_entry_on_also_after_a_crash(tmp_path: Path) -> None:
    quick = CheckParameters(confirm_down=1)
    in_force = {7: Terms("t_1", PARAMETERS)}
    samples = [(7, at * 60_000, code) for at, code in enumerate([0, 2, 0, 2, 0, 0])]

    def build() -> Core:
        core = Core(tmp_path, lambda tx, handles: {handle: in_force.get(handle) for handle in handles})
        core.fold.appliers["config"] = apply
        return core

    def apply(tx: object, position: int, at: int, payload: object) -> set[int]:
        in_force[7] = Terms("t_1", quick)
        return {7}

    core = build()
    core.log.append([batch(1, 1, samples[:3]), Draft("config", NOW, b'{"changes": []}'), batch(1, 4, samples[3:])])
    core.fold_all()
    before = core.tracks.track(7, 0, 1 << 50, NOW)
    rows = list(core.live.rows())
    core.close()
    after = build()

    (found,) = before.values()
    assert [span.state for span in found.spans] == ["up", "down", "up"]
    assert [glitch.samples for glitch in found.glitches] == [1]
    assert after.tracks.track(7, 0, 1 << 50, NOW) == before
    assert list(after.live.rows()) == rows
    after.close()


def test_a_failed_cycle_leaves_state_and_live_table_as_they_were(core: Core) -> None:
    core.log.append([batch(1, 1, [(7, 0, 0)])])
    core.fold_all()
    core.fold.appliers["config"] = lambda tx, position, at, payload: set[int](payload["absent"])
    core.log.append([batch(1, 2, [(7, 60_000, 0)]), Draft("config", NOW, b"{}")])

    with pytest.raises(KeyError):
        core.fold.step()

    assert core.fold.position == 1
    with core.state.read() as tx:
        assert tx.execute("SELECT last FROM seen").fetchone()[0] == 1


def test_results_too_old_or_from_the_future_are_no_samples(core: Core) -> None:
    day = 86_400_000
    core.log.append([batch(1, 1, [(7, -8 * day, 2), (7, 0, 0), (7, 3_600_000 + 120_000, 2)])])

    core.fold_all()

    (found,) = core.tracks.track(7, 0, 1 << 50, NOW).values()
    assert [(span.start, span.state) for span in found.spans] == [(BOOT_AT - 30_000, "up")]
    assert len(core.tracks.samples(7, 0, 1 << 50)) == 3


def test_last_reading_tells_values_and_text(core: Core) -> None:
    reading = Reading(Outcome.DEGRADED, {"rtt_us": 120, "loss_ratio": 0.25}, "slow")
    header = Header("a_1", "b", 1, sent_mono=float(NOW - BOOT_AT), sent_wall=NOW)
    body = encode(header, [Result(7, 60_000, -1, 5, reading)])
    core.log.append([Draft("batch", NOW, body, 1, "b", 1, 1, BOOT_AT + 5, BOOT_AT + 5, BOOT_AT)])
    core.fold_all()

    (found,) = core.tracks.last(7).values()

    assert (found.at, found.outcome, found.values, found.text) == (
        BOOT_AT + 5,
        Outcome.DEGRADED,
        {"rtt_us": 120, "loss_ratio": 0.25},
        "slow",
    )


def test_a_cycle_that_could_not_be_written_leaves_no_trace(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [(1, 60_000 * slot, 2 if 4 <= slot < 9 else 0) for slot in range(14)]
    core.log.append([batch(1, 1, samples[:5])])
    while core.fold.step():
        pass
    before = list(core.live.rows())
    core.log.append([batch(1, 6, samples[5:])])

    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(spans, "set_position", full)
        with pytest.raises(Unavailable):
            core.fold.step()
    assert list(core.live.rows()) == before
    assert core.live.position == core.fold.position == 1

    while core.fold.step():
        pass
    assert core.tracks.track(1, 0, 1 << 60, NOW)[1] == expected(samples, 1)
