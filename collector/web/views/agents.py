"""The list of agents: who looks, and whether they are well."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.printed import NO_FIGURE, duration, instant, number
from collector.store.agents import Agent
from collector.texts import Translator
from rules.wire import Header

_MEBI = 1 << 20


@dataclass(frozen=True, slots=True)
class Heard:
    """An agent's newest batch: received at ``at`` (ms UTC), with its header, and the header of one some time before
    from the same process, to take rates from."""

    at: int
    header: Header
    before: Header | None = None


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent as listed; texts where there is something to say."""

    id: str
    name: str
    host: str
    labels: tuple[str, ...]
    target_id: str
    mark: str
    word: str
    heard: str
    heard_at: str
    checks: int
    waiting: str
    skipped: str
    dropped: str
    offset: str
    cpu: str
    memory: str
    version: str


@dataclass(frozen=True, slots=True)
class Agents:
    """Everything the page of agents shows."""

    rows: tuple[AgentRow, ...]


def agents(known: Sequence[tuple[Agent, Heard | None, int, bool]], now: int, tz: str, words: Translator) -> Agents:
    """``known`` are agents with what was heard last, how many checks they have, and whether they count as silent."""
    rows = [_row(agent, heard, checks, silent, now, tz, words) for agent, heard, checks, silent in known]
    return Agents(tuple(sorted(rows, key=lambda row: (row.mark == "up", row.name.casefold()))))


def _row(
    agent: Agent, heard: Heard | None, checks: int, silent: bool, now: int, tz: str, words: Translator
) -> AgentRow:
    health = heard.header.health if heard else {}
    mark, word = ("pending", words("not heard yet")) if heard is None else ("up", words("Speaking"))
    if silent:
        mark, word = "down", words("Silent")
    return AgentRow(
        id=agent.id,
        name=agent.name,
        host=" · ".join(text for text in (agent.hostname, agent.address) if text),
        labels=tuple(f"{key}={value}" for key, value in sorted(agent.labels.items())),
        target_id=agent.target,
        mark=mark,
        word=word,
        heard=words("{length} ago", length=duration(max(0, now - heard.at), words)) if heard else NO_FIGURE,
        heard_at=instant(heard.at if heard else None, tz),
        checks=checks,
        waiting=_count(health.get("queue")),
        skipped=_count(health.get("skipped")),
        dropped=_count(heard.header.dropped if heard else None),
        offset=_offset(health.get("clock_offset_ms"), words),
        cpu=_cpu(heard),
        memory=f"{health['rss_bytes'] / _MEBI:.0f} MiB" if "rss_bytes" in health else NO_FIGURE,
        version=agent.version,
    )


def _count(value: float | None) -> str:
    return NO_FIGURE if value is None else f"{value:g}"


def _offset(value: float | None, words: Translator) -> str:
    if value is None:
        return NO_FIGURE
    return f"{'−' if value < 0 else '+'}{duration(abs(int(value)), words)}"


def _cpu(heard: Heard | None) -> str:
    """Share of one core between two batches of the same process."""
    if heard is None or heard.before is None:
        return NO_FIGURE
    passed = (heard.header.sent_mono - heard.before.sent_mono) / 1000
    used, was = heard.header.health.get("cpu_s"), heard.before.health.get("cpu_s")
    if passed <= 0 or used is None or was is None:
        return NO_FIGURE
    return f"{number(round(max(0.0, used - was) / passed * 100, 6), 2, up=True)} %"
