"""CSV files: of outages (when something was down), or of checks (one look a row).

Columns are found by their names, in English or Chinese. UTF-8 with or without BOM, else GB18030.
"""

import argparse
import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from collector import replay_lines
from collector.importers import Told
from collector.replay_lines import Entry
from rules.duration import parse_duration
from rules.errors import Invalid
from rules.period import parse_instant
from rules.result import Outcome
from rules.state import State

SUMMARY = "a table of outages, or of single looks"

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "target": ("target", "name", "host", "device", "monitor", "目标", "设备", "名称", "主机"),
    "start": ("start", "from", "down", "begin", "开始", "开始时间", "故障开始"),
    "end": ("end", "to", "until", "up", "结束", "结束时间", "恢复时间"),
    "state": ("state", "类别", "状态类别"),
    "check": ("check", "检查"),
    "agent": ("agent", "探针", "代理"),
    "time": ("time", "t", "at", "timestamp", "时间"),
    "outcome": ("outcome", "status", "result", "结果", "状态"),
}

_STATES: Mapping[str, State] = {
    "down": State.DOWN, "degraded": State.DEGRADED, "unknown": State.UNKNOWN,
    "故障": State.DOWN, "中断": State.DOWN, "降级": State.DEGRADED, "未知": State.UNKNOWN,
}  # fmt: skip

_OUTCOMES: Mapping[str, Outcome] = {
    **dict.fromkeys(("ok", "up", "1", "true", "正常", "成功"), Outcome.OK),
    **dict.fromkeys(("degraded", "warning", "降级", "告警"), Outcome.DEGRADED),
    **dict.fromkeys(("failed", "down", "critical", "0", "false", "失败", "故障"), Outcome.FAILED),
    **dict.fromkeys(("error", "unknown", "", "未知"), Outcome.ERROR),
}

Row = tuple[int, dict[str, str]]
"""Line number and the cells by the columns' own names."""


def arrange(parser: argparse.ArgumentParser) -> None:
    """FILE; for outages also the period that was watched."""
    parser.add_argument("file", metavar="FILE", help="outages: target, start, end; looks: target, time, outcome")
    parser.add_argument("--from", dest="start", metavar="T", help="outages: since when the targets were watched")
    parser.add_argument("--to", dest="end", metavar="T", help="outages: until when they were watched")
    parser.add_argument("--tz", metavar="ZONE", default="Asia/Shanghai", help="zone of times given without one")
    parser.add_argument("--interval", metavar="D", help="looks: their distance; else told from the rows")
    parser.add_argument("--agent", metavar="NAME", default="csv", help="name of the one who looked")
    parser.add_argument("--target", dest="watched", metavar="NAME", action="append", help="outages: one without any")


def entries(arguments: argparse.Namespace, told: Told) -> Iterator[Entry]:
    """Outages or looks, by the columns that are there. Every mistake is told with its line."""
    try:
        columns, rows = _table(arguments.file)
    except csv.Error as trouble:
        raise Invalid(f"{arguments.file} cannot be read as a table: {trouble}.") from trouble
    mistakes: list[str] = []
    if {"target", "start", "end"} <= columns:
        found = list(_outages(arguments, rows, mistakes, told))
    elif {"target", "time", "outcome"} <= columns:
        found = list(_looks(arguments, rows, mistakes))
    else:
        raise Invalid(
            f"{arguments.file} needs columns target, start and end (outages), or target, time and outcome (looks); "
            f"found {', '.join(sorted(columns)) or 'none of them'}."
        )
    if mistakes:
        raise Invalid(f"{arguments.file} cannot be used; nothing was written.", tuple(mistakes))
    yield from found


def _table(name: str) -> tuple[set[str], list[Row]]:
    try:
        content = Path(name).read_bytes()
    except OSError as trouble:
        raise Invalid(f"{name} cannot be read: {trouble.strerror}.") from trouble
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Invalid(f"{name} is neither UTF-8 nor GB18030 text.") from None
    try:
        dialect = csv.Sniffer().sniff(text[:8192], ",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect, restkey="", restval="")
    names = {spelled: column for column, known in _COLUMNS.items() for spelled in known}
    heads = {head: names[head.strip().lower()] for head in reader.fieldnames or () if head.strip().lower() in names}
    rows = []
    for row in reader:
        if "" in row:
            raise Invalid(f"{name}, line {reader.line_num}: more cells than columns.")
        rows.append((reader.line_num, {column: row[head].strip() for head, column in heads.items()}))
    return set(heads.values()), rows


def _outages(arguments: argparse.Namespace, rows: list[Row], mistakes: list[str], told: Told) -> Iterator[Entry]:
    """Up is what lies between the outages in the period that was watched; one without an end lasts to the end of it."""
    if not arguments.start or not arguments.end:
        raise Invalid(
            "Outages alone do not tell when anybody watched: give --from and --to. In between, what is no outage is up."
        )
    start, end = (parse_instant(text, arguments.tz) for text in (arguments.start, arguments.end))
    if start >= end:
        raise Invalid("--to must be later than --from.")
    outages: dict[str, list[tuple[int, int, State, int]]] = {name: [] for name in arguments.watched or ()}
    outside = 0
    for line, row in rows:
        begin = _instant(row["start"], arguments.tz, line, "start", mistakes)
        finish = _instant(row["end"], arguments.tz, line, "end", mistakes) if row["end"] else end
        state = _STATES.get(row.get("state", "").lower() or "down")
        if not row["target"]:
            mistakes.append(f"line {line}: no target")
        elif state is None:
            mistakes.append(f"line {line}, state: expected down, degraded or unknown, found {row['state']!r}")
        elif begin is not None and finish is not None:
            outages.setdefault(row["target"], [])
            if row["end"] and begin >= finish:
                mistakes.append(f"line {line}: it ends before it starts")
            elif begin >= end or finish <= start:
                outside += 1
            else:
                outages[row["target"]].append((max(begin, start), min(finish, end), state, line))
    if outside:
        told(f"{outside} rows lie outside of --from and --to and were left out.")
    for name in sorted(outages):
        key = f"{name}/{arguments.agent}"
        yield replay_lines.target(name)
        yield replay_lines.check(key, name, "recorded", vital=True)
        position = start
        for begin, finish, state, line in sorted(outages[name]):
            if begin < position:
                mistakes.append(f"line {line}: it begins before the one before it of {name!r} has ended")
                continue
            if begin > position:
                yield replay_lines.span(key, arguments.agent, position, begin, State.UP)
            yield replay_lines.span(key, arguments.agent, begin, finish, state)
            position = finish
        if position < end:
            yield replay_lines.span(key, arguments.agent, position, end, State.UP)


def _looks(arguments: argparse.Namespace, rows: list[Row], mistakes: list[str]) -> Iterator[Entry]:
    seen: dict[tuple[str, str], dict[str, list[tuple[int, Outcome]]]] = {}
    for line, row in rows:
        at = _instant(row["time"], arguments.tz, line, "time", mistakes)
        outcome = _OUTCOMES.get(row["outcome"].lower())
        if not row["target"]:
            mistakes.append(f"line {line}: no target")
        if outcome is None:
            mistakes.append(f"line {line}, outcome: expected ok, degraded, failed or error, found {row['outcome']!r}")
        elif at is not None:
            key = row["target"], row.get("check") or "look"
            seen.setdefault(key, {}).setdefault(row.get("agent") or arguments.agent, []).append((at, outcome))
    given = parse_duration(arguments.interval) if arguments.interval else None
    for name in sorted({name for name, _ in seen}):
        yield replay_lines.target(name)
    for (name, word), by_agent in sorted(seen.items()):
        check = f"{name}/{word}"
        longest = max(by_agent.values(), key=len)
        every = given or replay_lines.usual_distance(sorted({at for at, _ in longest}))
        yield replay_lines.check(check, name, word, every, vital=True)
        for agent, looks in sorted(by_agent.items()):
            for seq, (at, outcome) in enumerate(sorted(looks), start=1):
                yield replay_lines.result(check, agent, seq, at, outcome)


def _instant(text: str, tz: str, line: int, column: str, mistakes: list[str]) -> int | None:
    """Also "2026-10-01 08:00" and "2026/10/1 8:00", as spreadsheets write times."""
    if text.isdecimal():
        return int(text) * (1 if len(text) > 11 else 1000)
    day, _, clock = text.replace("/", "-").replace("T", " ").partition(" ")
    parts = day.split("-")
    if len(parts) == 3:
        day = "-".join(part.zfill(2) for part in parts)
    if clock and clock.find(":") == 1:
        clock = f"0{clock}"
    try:
        return parse_instant(f"{day}T{clock}" if clock else day, tz)
    except Invalid as wrong:
        mistakes.append(f"line {line}, {column}: {wrong.message}")
        return None
