"""Histories as tables, as people keep them in spreadsheets."""

from pathlib import Path

import pytest

from tests.collector.importers.running import imported, judged, of_kind

HOUR = 3_600_000
DAY = 1_790_784_000_000
"""2026-10-01T00:00 in Shanghai, ms UTC."""
WATCHED = ("--from", "2026-10-01", "--to", "2026-10-02")


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_outages_and_the_time_between_them(tmp_path: Path) -> None:
    text = "target,start,end\ncore-1,2026-10-01T02:00,2026-10-01T03:30\ncore-1,2026-10-01 08:00,2026-10-01 09:00\n"
    code, lines, _ = imported("csv", table(tmp_path, text), *WATCHED)

    found = judged(lines, DAY, DAY + 24 * HOUR)["core-1"]
    assert code == 0
    assert (found["down_ms"], found["up_ms"], found["failures"]) == (2.5 * HOUR, 21.5 * HOUR, 2)
    assert found["outages"][0]["start"] == DAY + 2 * HOUR


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_heads_and_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    text = "设备,开始时间,结束时间\n核心一,2026/10/1 2:00,2026/10/1 3:00\n"
    _, lines, _ = imported("csv", table(tmp_path, text, encoding), *WATCHED)

    assert judged(lines, DAY, DAY + 24 * HOUR)["核心一"]["down_ms"] == HOUR


def test_an_outage_without_an_end_lasts_and_one_target_had_none(tmp_path: Path) -> None:
    text = "target;start;end\ncore-1;2026-10-01T20:00;\n"
    _, lines, _ = imported("csv", table(tmp_path, text), *WATCHED, "--target", "core-2")

    found = judged(lines, DAY, DAY + 24 * HOUR)
    assert found["core-1"]["down_ms"] == 4 * HOUR
    assert (found["core-2"]["down_ms"], found["core-2"]["up_ms"]) == (0, 24 * HOUR)


def test_a_cell_too_long_for_a_table_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    code, lines, said = imported("csv", table(tmp_path, f"target,start,end\n{'x' * 200_000},,\n"), *WATCHED)

    assert (code, lines) == (2, [])
    assert "cannot be read as a table: field larger than field limit" in said


def test_rows_outside_of_the_watched_time_are_told(tmp_path: Path) -> None:
    text = "target,start,end\ncore-1,2026-09-30T23:00,2026-10-01T01:00\ncore-1,2026-09-01T00:00,2026-09-01T01:00\n"
    _, lines, said = imported("csv", table(tmp_path, text), *WATCHED)

    assert judged(lines, DAY, DAY + 24 * HOUR)["core-1"]["down_ms"] == HOUR
    assert "1 rows lie outside" in said


def test_single_looks_are_judged_by_our_own_confirmation(tmp_path: Path) -> None:
    rows = [f"core-1,{DAY + minute * 60_000},{'down' if 30 <= minute < 40 else 'up'}" for minute in range(120)]
    rows[60] = f"core-1,{DAY + 60 * 60_000},down"
    _, lines, _ = imported("csv", table(tmp_path, "\n".join(["target,time,status", *rows]) + "\n"))

    found = judged(lines, DAY, DAY + 2 * HOUR)["core-1"]
    assert of_kind(lines, "check")[0]["interval"] == "1m"
    assert (found["down_ms"], found["failures"], found["glitches"]) == (600_000, 1, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("target,start,end\na,2026-10-01T05:00,2026-10-01T04:00\n", "line 2: it ends before it starts"),
        ("target,start,end\na,yesterday,2026-10-01T04:00\n", "line 2, start"),
        (
            "target,start,end\na,2026-10-01T01:00,2026-10-01T04:00\na,2026-10-01T03:00,2026-10-01T05:00\n",
            "line 3: it begins before the one before it",
        ),
        ("target,start,end,state\na,2026-10-01T01:00,2026-10-01T04:00,sad\n", "line 2, state"),
        ("target,time,outcome\na,2026-10-01T01:00,maybe\n", "line 2, outcome"),
        ("target,start,end\n,2026-10-01T01:00,2026-10-01T04:00\n", "line 2: no target"),
        ("when,what\n1,2\n", "needs columns target, start and end"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_nothing_is_written(tmp_path: Path, text: str, told: str) -> None:
    code, lines, said = imported("csv", table(tmp_path, text), *WATCHED)

    assert (code, lines) == (2, [])
    assert told in said


def test_outages_without_the_watched_time_are_refused(tmp_path: Path) -> None:
    code, _, said = imported("csv", table(tmp_path, "target,start,end\na,2026-10-01T05:00,2026-10-01T06:00\n"))

    assert code == 2
    assert "give --from and --to" in said


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "past.jsonl"
    good = table(tmp_path, "target,start,end\ncore-1,2026-10-01T02:00,2026-10-01T03:30\n")
    imported("csv", good, *WATCHED, "--out", str(out))
    kept = out.read_text(encoding="utf-8")
    imported("csv", table(tmp_path, "target,start,end\na,b,c\n"), *WATCHED, "--out", str(out))

    assert out.read_text(encoding="utf-8") == kept
    assert [path.name for path in tmp_path.glob("past*")] == ["past.jsonl"]
