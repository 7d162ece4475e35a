"""What a sweep found, for people and for programs: the state of each target, the summary, the exit code."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from agent.cli.terminal.table import GAP, cell, cells, padded
from agent.cli.terminal.target_list import Aim
from agent.icmp.sweep import Event, Fate


class State(StrEnum):
    """What is known of a target."""

    ALIVE = "alive"
    UNREACHABLE = "unreachable"
    ERROR = "error"
    """This machine could not ask; that says nothing about the target."""
    UNRESOLVED = "unresolved"
    """Its name has no address here."""
    UNASKED = "unasked"
    """Stopped before its first request was over."""


_PLAIN = Fate(1, 1, 0, 0, 0, 0)[6:]
"""The rest of a fate that wants no remark."""
_SENT, _RECEIVED = (itemgetter(Fate._fields.index(name)) for name in ("sent", "received"))
_REMARKED = [itemgetter(at) for at in range(len(Fate._fields) - len(_PLAIN), len(Fate._fields))]


class Row(NamedTuple):
    """One target and what became of it; ``fate`` is None where nothing was sent to it."""

    aim: Aim
    state: State
    fate: Fate | None


class Summary(NamedTuple):
    """All targets in one line."""

    states: Counter[State]
    sent: int
    received: int
    late: int
    duplicates: int
    took_s: float
    complete: bool


def rows(aims: Sequence[Aim], fates: Sequence[Fate]) -> list[Row]:
    """The targets with their fates, in the order they were given; ``fates`` belong to the aims with a destination."""
    if len(fates) == len(aims):
        if all(map(_RECEIVED, fates)):
            # Past the class's own constructor, which takes three times as long: there are tens of thousands of these.
            return list(map(tuple.__new__, repeat(Row), zip(aims, repeat(State.ALIVE), fates, strict=False)))
        return [_row(aim, fate) for aim, fate in zip(aims, fates, strict=True)]
    each = iter(fates)
    return [_row(aim, next(each) if aim.destination is not None else None) for aim in aims]


def _row(aim: Aim, fate: Fate | None) -> Row:
    if fate is None:
        return Row(aim, State.UNRESOLVED, None)
    if fate.received:
        return Row(aim, State.ALIVE, fate)
    if fate.own:
        return Row(aim, State.ERROR, fate)
    return Row(aim, State.UNREACHABLE if fate.sent else State.UNASKED, fate)


def summary(told: Sequence[Row], took_s: float, *, complete: bool) -> Summary:
    """The rows added up."""
    fates = [row.fate for row in told if row.fate is not None]
    states = [row.state for row in told]
    return Summary(
        Counter({state: count for state in State if (count := states.count(state))}),
        sum(map(_SENT, fates)),
        sum(map(_RECEIVED, fates)),
        sum([fate.late for fate in fates]),
        sum([fate.duplicates for fate in fates]),
        took_s,
        complete,
    )


def exit_code(states: Counter[State]) -> int:
    """0 all alive, 1 some did not answer, 2 a name that does not resolve, 3 this machine could not ask."""
    if states[State.ERROR]:
        return 3
    if states[State.UNRESOLVED]:
        return 2
    return 1 if states[State.UNREACHABLE] or states[State.UNASKED] else 0


def table(told: Sequence[Row], *, once: bool, named: bool = False) -> str:
    """The rows for people. Asked ``once``, a target has one round trip and no spread; ``named``: some were
    given by their names, so that addresses are worth a column."""
    names = cells([row.aim.name for row in told])
    if once and not named and (quick := _quick(names, [row.fate for row in told])):
        return quick
    columns = [["Target", *names]]
    if named:
        columns.append(["Address", *[row.aim.address for row in told]])
    fates = [row.fate for row in told]
    if once:
        numbers = [["RTT ms", *[f"{fate.min_ns / 1e6:.3f}" if fate and fate.min_ns else "-" for fate in fates]]]
    else:
        numbers = [
            ["Sent", *[str(fate.sent) if fate else "-" for fate in fates]],
            ["Received", *[str(fate.received) if fate else "-" for fate in fates]],
            ["Loss", *[f"{_loss(fate.sent, fate.received):.0%}" if fate and fate.sent else "-" for fate in fates]],
            ["Min ms", *[_ms(fate.min_ns) if fate else "-" for fate in fates]],
            ["Avg", *[_ms(fate.mean_ns) if fate else "-" for fate in fates]],
            ["Max", *[_ms(fate.max_ns) if fate else "-" for fate in fates]],
            ["Mdev", *[_ms(fate.mdev_ns) if fate else "-" for fate in fates]],
        ]
    laid = [padded(column, False) for column in columns] + [padded(column, True) for column in numbers]
    plain = _PLAIN
    remarks = ["" if row.fate and row.fate[6:] == plain and row.fate.received else remark(row) for row in told]
    if not any(remarks):
        return "\n".join(map(GAP.join, zip(*laid, strict=True)))
    laid.append(["", *remarks])
    return "\n".join([GAP.join(line).rstrip() for line in zip(*laid, strict=True)])


def _quick(names: Sequence[str], fates: Sequence[Fate | None]) -> str:
    """The table where every target was asked once and answered, with nothing to remark; empty where it is not so.

    One formatting of all lines: a third of the time of making each cell and joining them.
    """
    known = [fate for fate in fates if fate]
    if len(known) < len(fates) or not all(map(_RECEIVED, known)) or sum(map(_SENT, known)) > sum(map(_RECEIVED, known)):
        return ""
    if any(any(map(part, known)) for part in _REMARKED) or not "".join(names).isascii():
        return ""
    rtts_ms = [fate.min_ns / 1e6 for fate in known if fate.min_ns]
    if len(rtts_ms) < len(known):
        return ""
    heads = ("Target", "RTT ms")
    left = max(len(heads[0]), max(map(len, names)))
    right = max(len(heads[1]), len(f"{max(rtts_ms):.3f}"))
    line = f"\n%-{left}s{GAP}%{right}.3f"
    return f"%-{left}s{GAP}%{right}s" % heads + line * len(known) % tuple(
        chain.from_iterable(zip(names, rtts_ms, strict=True))
    )


def remark(row: Row) -> str:
    """What a person should know besides the figures; empty when there is nothing."""
    fate = row.fate
    if fate is None:
        return cell(row.aim.trouble)
    if fate.sent == fate.received and not (fate.late or fate.duplicates or fate.own or fate.trouble):
        return "" if fate.sent else "not over yet"
    words = []
    if row.state is State.UNASKED:
        words.append("not over yet")
    elif row.state is not State.ALIVE:
        words.append(fate.trouble or "no answer")
    elif fate.trouble:
        words.append(fate.trouble)
    if fate.late:
        words.append(f"{fate.late} late")
    if fate.duplicates:
        words.append(f"{fate.duplicates} duplicate{'s' if fate.duplicates > 1 else ''}")
    return ", ".join(words)


def line(of: Summary) -> str:
    """The summary for people."""
    total = of.states.total()
    words = [f"{total:,} target{'' if total == 1 else 's'}", f"{of.states[State.ALIVE]:,} alive"]
    words += [f"{of.states[state]:,} {state}" for state in State if state is not State.ALIVE and of.states[state]]
    if not of.states[State.UNREACHABLE]:
        words.insert(2, "0 unreachable")
    loss = f"{_loss(of.sent, of.received):.1%} loss" if of.sent else "nothing sent"
    words.append(f"{of.sent:,} sent, {of.received:,} received ({loss})")
    if of.late:
        words.append(f"{of.late:,} late")
    if of.duplicates:
        words.append(f"{of.duplicates:,} duplicates")
    return f"{', '.join(words)}, {of.took_s:.2f} s{'' if of.complete else ' (stopped)'}"


def target(row: Row) -> dict[str, Any]:
    """A row for programs. Round trips in microseconds."""
    fate = row.fate or Fate(0, 0, None, None, None, None)
    return {
        "target": row.aim.name,
        "address": row.aim.address or None,
        "state": row.state,
        "sent": fate.sent,
        "received": fate.received,
        "loss": round(_loss(fate.sent, fate.received), 4) if fate.sent else None,
        "min_us": _us(fate.min_ns),
        "avg_us": _us(fate.mean_ns),
        "max_us": _us(fate.max_ns),
        "mdev_us": _us(fate.mdev_ns),
        "late": fate.late,
        "duplicates": fate.duplicates,
        "reason": (row.aim.trouble if row.fate is None else fate.trouble) or None,
    }


def totals(of: Summary) -> dict[str, Any]:
    """The summary for programs."""
    return {
        "targets": of.states.total(),
        **{state.value: of.states[state] for state in State},
        "sent": of.sent,
        "received": of.received,
        "loss": round(_loss(of.sent, of.received), 4) if of.sent else None,
        "late": of.late,
        "duplicates": of.duplicates,
        "took_s": round(of.took_s, 6),
        "complete": of.complete,
    }


def document(told: Sequence[Row], of: Summary) -> str:
    """One JSON document."""
    return spelled({"targets": [target(row) for row in told], "summary": totals(of)})


def lines(told: Sequence[Row], of: Summary) -> Iterator[str]:
    """The end of a JSON Lines stream: a line per target, then the summary."""
    for row in told:
        yield spelled({"target": target(row)})
    yield spelled({"summary": totals(of)})


def spelled(what: dict[str, Any]) -> str:
    """A document as JSON."""
    import json  # a start without --json does without it

    return json.dumps(what, ensure_ascii=False)


def event(what: Event, aim: Aim, at_ms: int) -> dict[str, Any]:
    """One answer, or one that did not come, for programs."""
    told: dict[str, Any] = {"at": at_ms, "target": aim.name, "address": aim.address, "request": what.request}
    return told | {"became": what.became, "rtt_us": _us(what.rtt_ns), "reason": what.text or None}


def spoken(what: Event, aim: Aim) -> str:
    """One answer, or one that did not come, for people."""
    who = cell(aim.name) if aim.name == aim.address else f"{cell(aim.name)} ({aim.address})"
    time = "" if what.rtt_ns is None else f"  {_ms(what.rtt_ns)} ms"
    return f"{who}  request {what.request}{time}{'  ' if what.text else ''}{what.text}"


def _loss(sent: int, received: int) -> float:
    return 1 - received / sent


def _ms(ns: float | None) -> str:
    return "-" if ns is None else f"{ns / 1e6:.3f}"


def _us(ns: float | None) -> float | None:
    return None if ns is None else round(ns / 1000, 3)
