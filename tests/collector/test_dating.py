"""When a result happened, told from its batch: by its age, and by the clock of a boot that is gone."""

from pathlib import Path

from collector.intake import AgentIdentity
from collector.specs import CheckSpec, JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import checks
from rules.period import parse_instant
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, rooms

SECOND = 1_000


def logged(folder: Path, received: int, at: int, **header: float) -> list[int]:
    """The instants (ms UTC) of one result, at ``at`` on its agent's clock (ms), as the tracks tell it."""
    with rooms(folder) as found:
        found.clock.at = received - 3_600_000
        _, token = found.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        joined = found.registry.agents.join(
            JoinSpec(token, name="a1", machine_id="m1", machine_boot="k", kinds=("ping",)), "127.0.0.1"
        )
        target = found.registry.add_target(TargetSpec("core-1", "192.0.2.1", checks=(CheckSpec("ping"),)), ADMIN)
        with found.state.read() as tx:
            (check,) = checks.of_target(tx, target.id)
        head = Header(joined.agent.id, "b1", 1, **header)  # type: ignore[arg-type]
        body = encode(head, [Result(check.handle, 60 * SECOND, -1, at, Reading(Outcome.OK))])
        found.clock.at = received
        found.intake.submit_batch(body, AgentIdentity(joined.agent.id, joined.agent.number), received).result(10)
        assert found.fold.wait_for(found.log.head()[0])
        return [one.at for one in found.tracks.samples(check.handle, received - 86_400_000, received + 86_400_000)]


def instant(text: str) -> int:
    return parse_instant(f"2026-10-01T{text}Z", "UTC")


def test_a_result_is_dated_by_its_age_whatever_its_agents_clock_says(tmp_path: Path) -> None:
    """TV-27: seen at 1000.0 s, sent at 1012.0 s, received at 12:00:20 after a round trip of 0.2 s."""
    found = logged(
        tmp_path,
        instant("12:00:20"),
        1_000 * SECOND,
        sent_mono=1_012.0 * SECOND,
        sent_wall=instant("11:54:30"),
        rtt=200.0,
    )

    assert found == [instant("12:00:07.900")]


def test_a_result_of_an_earlier_boot_is_dated_by_the_offset_of_the_clocks(tmp_path: Path) -> None:
    """TV-28: sent at 0 by the agent's clock, received at 5.120 s, 0.040 s under way: its clock is 5.100 s behind."""
    zero = instant("12:00:00")
    found = logged(
        tmp_path,
        zero + 5_120,
        7 * SECOND,
        sent_mono=9_000.0,
        sent_wall=zero,
        rtt=40.0,
        mono_lost=True,
        wall_base=zero - 60 * SECOND,
    )

    assert found == [zero - 60 * SECOND + 7 * SECOND + 5_100]
