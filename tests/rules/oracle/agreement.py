"""Whether the engine and the oracle agree on a story, and the smallest story on which they do not.

python -m tests.rules.oracle.agreement [--count 20000] [--seed 1]
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.errors import Invalid
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from rules.service import SERVICE
from tests.rules.oracle.engine import Life, Oracle
from tests.rules.oracle.figures import figures
from tests.rules.oracle.labels import NAMES
from tests.rules.oracle.settings import Settings
from tests.rules.oracle.stories import SECONDS, Story


def differences(story: Story, lines: Sequence[str]) -> list[str]:
    """What the two say differently of these lines of a story, in words."""
    zero = story.zero
    oracle = Oracle(lines, zero, SECONDS, _settings(story.settings))
    period = Period(zero + 1000 * story.begin, zero + 1000 * story.end, "Asia/Shanghai")
    document = replay(read_record(lines), period, Parameters().with_settings(story.settings))
    told = []
    fleet: Counter[str] = Counter()
    for entry in document["objects"]:
        life = oracle.life(entry["name"])
        own = figures(life, story.begin, story.end)
        told += [f"{entry['name']} {words}" for words in _partition(life, entry, zero)]
        told += [f"{entry['name']} {words}" for words in _outages(life, entry, story)]
        told += [f"{entry['name']} {words}" for words in _figures(own, entry)]
        if entry["as_measured"] and life.uncorrected and entry["kind"] != SERVICE:
            measured = figures(life.uncorrected, story.begin, story.end)
            told += [f"{entry['name']} as measured {words}" for words in _figures(measured, entry["as_measured"])]
        if entry["kind"] != SERVICE:
            fleet.update(own)
    return told + [f"fleet {words}" for words in _figures(fleet, document["fleet"])]


def _partition(life: Life, entry: dict[str, Any], zero: int) -> Iterator[str]:
    for begin, end, state in entry["partition"]:
        first, last = (begin - zero) // 1000, (end - zero) // 1000
        if (begin - zero) % 1000 or (end - zero) % 1000 or (life.final[first:last] != NAMES.index(state)).any():
            ours = sorted({NAMES[number] for number in life.final[first:last].tolist()})
            yield f"[{first}, {last}): engine {state}, oracle {ours}"


def _outages(life: Life, entry: dict[str, Any], story: Story) -> Iterator[str]:
    keys = ("start", "end", "start_bracket", "end_bracket", "cause")
    ours = [tuple(one[key] for key in keys) for one in life.outages if story.touches(one["start"], one["end"])]
    listed = [tuple(_seconds(one[key], story.zero) for key in keys) for one in entry["outages"]]
    if ours != listed:
        yield f"outages: engine {listed}, oracle {ours}"


def _seconds(value: Any, zero: int) -> Any:
    """Instants as seconds of the story, also inside of brackets; all else as it is."""
    if isinstance(value, list):
        return tuple(_seconds(one, zero) for one in value)
    return (value - zero) // 1000 if isinstance(value, int) else value


def _figures(counted: Mapping[str, Any], entry: dict[str, Any]) -> Iterator[str]:
    """Also figures that the oracle has only as sums."""
    ours = dict(counted)
    squares, repair = ours.pop("squares", 0), ours.pop("repair_ms", 0)
    for key, value in ours.items():
        if key in entry and entry[key] != value:
            yield f"{key}: engine {entry[key]}, oracle {value}"
    mttr = repair / counted["restored"] / 3_600_000 if counted.get("restored") else None
    error = 1000 * math.sqrt(squares / 12)
    for key, close in (("mttr_h", mttr), ("down_ms_se", error)):
        given = entry[key]
        if (given is None) != (close is None) or (close is not None and abs(given - close) > 1e-9 * max(1, close)):
            yield f"{key}: engine {given}, oracle {close}"


def disagreement(seed: int) -> str:
    """Empty where both agree; else what differs, and the fewest lines of the story on which it does."""
    story = Story(seed)
    if not differences(story, story.lines):
        return ""
    lines = _smallest(story)
    told = "\n".join(differences(story, lines))
    return f"seed {seed}, [{story.begin}, {story.end}), {story.settings}\n{told}\n" + "\n".join(lines)


def _smallest(story: Story) -> list[str]:
    lines = list(dict.fromkeys(story.lines))
    size = len(lines) // 2
    while size:
        for start in range(0, len(lines), size):
            fewer = lines[:start] + lines[start + size :]
            if fewer and _differs(story, fewer):
                lines = fewer
                break
        else:
            size //= 2
    return lines


def _differs(story: Story, lines: Sequence[str]) -> bool:
    try:
        return bool(differences(story, lines))
    except (Invalid, ValueError, KeyError, IndexError):
        return False  # without some of its lines it is no record any more


def _settings(given: dict[str, Any]) -> Settings:
    return Settings(
        confirm_down=given["confirm_down"],
        confirm_up=given["confirm_up"],
        merge_gap=int(given["merge_gap"][:-1]),
        min_failure=int(given["min_failure"][:-1]),
        cap=int(given["maintenance_cap"][:-1]),
        quorum=given.get("quorum"),
        least=given.get("min_vantages"),
        policy=given["edge_policy"],
    )


def main() -> int:
    """Compare many stories; exit code 1 at the first on which they disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        told = disagreement(seed)
        if told:
            print(told)
            return 1
        if sys.stderr.isatty():
            print(f"\r{seed - arguments.seed + 1:,} stories agree", end="", file=sys.stderr)
    print(f"{arguments.count:,} stories agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
