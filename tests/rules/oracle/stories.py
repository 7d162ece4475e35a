"""Random records in which everything happens at once, from a seed. All instants of looks are even seconds."""

import json
from random import Random
from typing import Any

from tests.rules.stories import EPOCH

SECONDS = 4_800
"""How long a story is told; looks are made in the middle of it."""

QUIET = 900
"""Before and after the looks nobody looks."""

WORDS = ("ok", "failed", "degraded", "error")
CLASSES = ("excluded", "maintenance", "up", "down", "measured")


class Story:
    """The lines of one story, its settings by their names, and the period that is asked for (seconds)."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self.zero = EPOCH - 1000 * self._chance.choice((0, 0, 1_900))
        """When the story begins, ms UTC: at the beginning of a month, or somewhat before it."""
        self._approvals = 0
        self._dark: list[tuple[int, int]] = []
        """When something fails that several targets hang on."""
        self._turns: dict[str, list[int]] = {}
        """The looks of a target that said something else than the one before."""
        self.lines: list[str] = []
        self.settings: dict[str, Any] = {}
        self.begin, self.end = sorted(self._chance.sample(range(QUIET // 2, SECONDS - QUIET // 2), 2))
        self._tell()

    def touches(self, start: int, end: int | None) -> bool:
        """Whether a stretch of seconds, None for one that lasts, has a part in the period."""
        return start < self.end and (end is None or end > self.begin)

    def _tell(self) -> None:
        pick = self._chance
        self.settings = {
            "confirm_down": pick.choice((1, 2, 3)),
            "confirm_up": pick.choice((1, 2)),
            "merge_gap": f"{pick.choice((0, 60, 300))}s",
            "min_failure": f"{pick.choice((0, 0, 0, 80))}s",
            "maintenance_cap": f"{pick.choice((120, 600, 28_800))}s",
            "edge_policy": pick.choice(("midpoint", "midpoint", "first_bad", "last_good")),
        }
        if pick.random() < 0.3:
            self.settings["quorum"] = pick.choice((1, 2))
        if pick.random() < 0.2:
            self.settings["min_vantages"] = pick.choice((1, 2))
        if pick.random() < 0.4:
            self._calendar()
        for _ in range(pick.choice((0, 1, 2, 3))):
            start = pick.randrange(QUIET, SECONDS - QUIET)
            self._dark.append((start, start + pick.choice((70, 200, 400, 900))))
        parents: list[str] = []
        for name in ("core", "leaf", "host")[: pick.choice((1, 2, 3, 3))]:
            self._target(name, pick.sample(parents, pick.randrange(len(parents) + 1)))
            parents.append(name)
        services = pick.choice((0, 1, 2))
        parts = [*parents, f"{parents[0]}/ping"]
        for number in range(services):
            name = f"service-{number}"
            self._service(name, parts)
            parts.append(name)
        for _ in range(pick.choice((0, 1, 2, 3))):
            self._window([*parents, *(f"service-{number}" for number in range(services))])
        for _ in range(pick.choice((0, 1, 2, 4))):
            self._correction([*parents, *(f"service-{number}" for number in range(services))])
        for name in parents:
            self._traps(name)
        pick.shuffle(self.lines)
        self.lines += pick.sample(self.lines, len(self.lines) // 10)

    def _say(self, kind: str, /, **content: Any) -> None:
        self.lines.append(json.dumps({kind: {key.rstrip("_"): value for key, value in content.items()}}))

    def _at(self, second: int) -> int:
        return self.zero + 1000 * second

    def _even(self, low: int, high: int) -> int:
        return 2 * self._chance.randrange(low // 2, high // 2)

    def _calendar(self) -> None:
        # The story begins at a local midnight: some of its minutes are service hours.
        first = self._chance.randrange(0, 40)
        hours = [f"00:{first:02}-01:{self._chance.randrange(0, 20):02}"]
        extra: dict[str, Any] = self._chance.choice(
            ({}, {"closed": ["2026-09-01"]}, {"closed": ["2026-09-01"], "open": {"2026-09-01": ["00:20-00:50"]}})
        )
        self._say("calendar", name="office", tz="Asia/Shanghai", weekly={"mon-sun": hours}, **extra)

    def _target(self, name: str, parents: list[str]) -> None:
        pick = self._chance
        served: list[int | None] = [None, None]
        if pick.random() < 0.25:
            served = [self._at(self._even(QUIET, 2000)), None]
        elif pick.random() < 0.15:
            served = [None, self._at(self._even(2500, SECONDS - QUIET))]
        more: dict[str, Any] = {}
        if any('"calendar": {' in text for text in self.lines) and pick.random() < 0.4:
            more["calendar"] = "office"
        self._say("target", name=name, parents=parents, in_service=served, **more)
        if parents and pick.random() < 0.2:
            since = self._at(self._even(1200, 3500))
            self._say("target", name=name, parents=parents[:-1], in_service=served, since=since, **more)
        for kind in ("ping", "tcp", "cpu")[: pick.choice((1, 1, 2, 3))]:
            self._check(name, kind)

    def _check(self, target: str, kind: str) -> None:
        pick = self._chance
        interval = pick.choice((20, 40, 60))
        key = f"{target}/{kind}"
        content = {"id": key, "target": target, "kind": kind}
        self._say("check", **content, interval=f"{interval}s", vital=kind != "cpu")
        if pick.random() < 0.15:
            self._say(
                "check", **content, interval=f"{pick.choice((20, 40, 60))}s", vital=pick.random() < 0.7,
                since=self._at(self._even(1200, 3500)),
            )  # fmt: skip
        for agent in ("a1", "a2", "a3")[: pick.choice((1, 1, 2, 3))]:
            self._looks(key, agent, interval)

    def _looks(self, key: str, agent: str, interval: int) -> None:
        pick = self._chance
        at = QUIET + self._even(0, interval)
        word, before, seq, left = "ok", "ok", 0, pick.randrange(3, 20)
        late = pick.choice((-90, -30, 0, 0, 0, 30, 90, 250)) if pick.random() < 0.6 else None
        while at < SECONDS - QUIET:
            said = word if pick.random() < 0.93 else pick.choice(WORDS)
            if late is not None and any(begin <= at - late < end for begin, end in self._dark):
                said = "failed"
            self._result(key, agent, seq, at, said)
            if said != before:
                self._turns.setdefault(key.split("/")[0], []).append(at)
            before = said
            if pick.random() < 0.01:
                self._result(key, agent, seq, at + 2, pick.choice(WORDS))
            seq += 1
            step = interval
            if said != "ok" and pick.random() < 0.6:
                step = pick.choice((2, 6, 10))
            elif pick.random() < 0.06:
                step = interval * pick.choice((2, 3, 4, 6)) + pick.choice((0, 2))
            at += step
            left -= 1
            if left <= 0:
                word = pick.choice(("ok", "ok", "failed", "failed", "degraded", "error"))
                left = pick.randrange(1, 14)

    def _result(self, key: str, agent: str, seq: int, at: int, word: str) -> None:
        self._say("result", check=key, agent=agent, boot="b", seq=seq, t=self._at(at), outcome=word)

    def _traps(self, target: str) -> None:
        """What the target told of its lines and beginnings, when it began to fail or to answer, or at any time."""
        pick = self._chance
        turns = self._turns.get(target, [])
        for _ in range(pick.choice((0, 0, 4, 12))):
            at = pick.choice(turns) if turns and pick.random() < 0.8 else self._even(QUIET, SECONDS - QUIET)
            kind = pick.choice(("link_down", "link_up", "link_change", "cold_start", "warm_start"))
            check = {"check": f"{target}/ping"} if kind.startswith("link") or pick.random() < 0.3 else {}
            told = self._at(at + pick.choice((-30, -8, -2, 0)))
            self._say("evidence", target=target, at=told, kind=kind, **check)

    def _service(self, name: str, parts: list[str]) -> None:
        pick = self._chance
        chosen: list[Any] = pick.sample(parts, pick.randrange(1, len(parts) + 1))
        if len(chosen) > 2 and pick.random() < 0.5:
            chosen = [chosen[0], {pick.choice(("all_of", "any_of")): chosen[1:]}]
        word = pick.choice(("all_of", "any_of", f"{pick.randrange(1, len(chosen) + 1)}_of"))
        needs: dict[str, Any] = {word: chosen}
        if pick.random() < 0.3:
            needs = self._capacity(parts)
        elif len(parts) > 1 and pick.random() < 0.2:
            needs = {pick.choice(("all_of", "any_of")): [pick.choice(parts), self._capacity(parts)]}
        spares = pick.sample(("maintenance", "excluded"), pick.randrange(3))
        self._say("service", name=name, needs=needs, spares=spares)
        if pick.random() < 0.2:
            since = self._at(self._even(1200, 3500))
            self._say("service", name=name, needs={"any_of": [parts[0]]}, spares=spares[1:], since=since)

    def _capacity(self, parts: list[str]) -> dict[str, Any]:
        pick = self._chance
        carried = {part: pick.choice((100, 200, 500)) for part in pick.sample(parts, pick.randrange(1, len(parts) + 1))}
        return {"capacity": {"min": pick.randrange(1, sum(carried.values()) + 1), "of": carried}}

    def _window(self, names: list[str]) -> None:
        pick = self._chance
        start = self._even(QUIET // 2, SECONDS - QUIET)
        content: dict[str, Any] = {"from_": self._at(start), "to": self._at(start + self._even(20, 1500))}
        if pick.random() < 0.9:
            content["approved_at"] = self._at(start) + pick.choice((-1, -60_000, 0, 60_000))
        self._say("maintenance", targets=pick.sample(names, pick.randrange(1, len(names) + 1)), reason="", **content)

    def _correction(self, names: list[str]) -> None:
        pick = self._chance
        start = self._even(QUIET // 2, SECONDS - QUIET)
        self._approvals += 1
        self._say(
            "correction", target=pick.choice(names), from_=self._at(start), to=self._at(start + self._even(20, 1500)),
            class_=pick.choice(CLASSES), reason="", proposed_by="ann", approved_by=pick.choice(("ann", "bob", "bob")),
            approved_at=self._at(self._approvals),
        )  # fmt: skip
