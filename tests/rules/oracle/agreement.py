"""Whether the engine and the oracle agree on a story, and the smallest story on which they do not.

python -m tests.rules.oracle.agreement [--count 20000] [--seed 1]
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from rules.errors import Invalid
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.oracle.engine import Oracle, Settings, figures
from tests.rules.oracle.labels import NAMES
from tests.rules.oracle.stories import SECONDS, Story
from tests.rules.stories import EPOCH


def differences(story: Story, lines: Sequence[str]) -> list[str]:
    """What the two say differently of these lines of a story, in words."""
    oracle = Oracle(lines, EPOCH, SECONDS, _settings(story.settings))
    period = Period(EPOCH + 1000 * story.begin, EPOCH + 1000 * story.end, "Asia/Shanghai")
    document = replay(read_record(lines), period, Parameters().with_settings(story.settings))
    told = []
    for entry in document["objects"]:
        life = oracle.life(entry["name"])
        for begin, end, state in entry["partition"]:
            first, last = (begin - EPOCH) // 1000, (end - EPOCH) // 1000
            if (begin - EPOCH) % 1000 or (end - EPOCH) % 1000 or (life.final[first:last] != NAMES.index(state)).any():
                ours = sorted({NAMES[number] for number in life.final[first:last].tolist()})
                told.append(f"{entry['name']} [{first}, {last}): engine {state}, oracle {ours}")
        touching = [(one["start"], one["end"]) for one in life.outages if story.touches(one["start"], one["end"])]
        listed = [tuple(at and (at - EPOCH) // 1000 for at in (one["start"], one["end"])) for one in entry["outages"]]
        if touching != listed:
            told.append(f"{entry['name']} outages: engine {listed}, oracle {touching}")
        counted = figures(life, story.begin, story.end)
        for key, value in counted.items():
            if key == "mttr_h" and value is not None and entry[key] is not None:
                if abs(value - entry[key]) > 1e-9:
                    told.append(f"{entry['name']} {key}: engine {entry[key]}, oracle {value}")
            elif entry[key] != value:
                told.append(f"{entry['name']} {key}: engine {entry[key]}, oracle {value}")
    return told


def disagreement(seed: int) -> str:
    """Empty where both agree; else what differs, and the fewest lines of the story on which it does."""
    story = Story(seed, EPOCH)
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
