"""Charts a spreadsheet draws itself, from numbers on a sheet of their own: they can be opened, changed and copied."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from collector.reports.charts.survival import at, staircase
from collector.reports.layout.blocks import Chart
from collector.reports.sheet_width import width

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_HOUR = 3_600_000
_BLUE, _ORANGE, _RED, _GREEN, _GREY = "#0072B2", "#E69F00", "#D55E00", "#009E73", "#8B949E"
_SIZE = {"width": 900, "height": 360}


def add(book: "Workbook", chart: Chart) -> None:
    """A sheet ``chart_NAME`` with the chart's numbers and the chart."""
    sheet = book.add_worksheet(f"chart_{chart.name}"[:31])
    sheet.write_string(0, 0, chart.title, book.add_format({"bold": True}))
    sheet.write_string(1, 0, chart.said)
    _KINDS[chart.kind](book, sheet, chart)


def _columns(sheet: "Worksheet", heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Write a table from the fourth row on; the number of its last row, counted from 0."""
    for place, head in enumerate(heads):
        sheet.write_string(3, place, head)
        sheet.set_column(place, place, width([head, *(row[place] for row in rows if isinstance(row[place], str))]))
    for number, row in enumerate(rows, start=4):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write_number(number, place, value)
    return 3 + len(rows)


def _series(sheet: "Worksheet", place: int, last: int, **look: Any) -> dict[str, Any]:
    name = sheet.get_name()
    return {
        "name": [name, 3, place],
        "categories": [name, 4, 0, last, 0],
        "values": [name, 4, place, last, place],
        **look,
    }


def _insert(sheet: "Worksheet", drawn: Any, chart: Chart, place: int) -> None:
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
    drawn.set_legend({"position": "bottom"})
    drawn.set_size(_SIZE)
    sheet.insert_chart(3, place, drawn, {"description": chart.said})


def _budget(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [
        (number, day["own_ms"] / _HOUR, day["delivered_ms"] / _HOUR, data["allowed_ms"] / _HOUR)
        for number, day in enumerate(data["days"], start=1)
    ]
    last = _columns(sheet, ["", f"{data['own']} [h]", f"{data['delivered']} [h]", f"{data['limit']} [h]"], rows)
    drawn = book.add_chart({"type": "line"})
    looks = ((_BLUE, "solid"), (_ORANGE, "dash"), (_RED, "round_dot"))
    for place, (colour, dash) in enumerate(looks, start=1):
        drawn.add_series(_series(sheet, place, last, line={"color": colour, "dash_type": dash, "width": 1.75}))
    _insert(sheet, drawn, chart, 5)


def _heat(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    """No chart, but cells coloured by their values."""
    data = chart.data
    share = book.add_format({"num_format": "0.0%"})
    for place in range(1, len(data["days"]) + 1):
        sheet.write_number(3, place, place)
    for number, row in enumerate(data["rows"], start=4):
        sheet.write_string(number, 0, row["name"])
        for place, (lost, agreed) in enumerate(zip(row["lost_ms"], row["agreed_ms"], strict=True), start=1):
            if agreed:
                sheet.write_number(number, place, lost / agreed, share)
    last = 3 + len(data["rows"])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(data["days"]), 6)
    scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#B30000", "min_type": "num", "min_value": 0}
    sheet.conditional_format(4, 1, last, len(data["days"]), {**scale, "max_type": "num", "max_value": 0.5})


def _pareto(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [(bar["name"], bar["amount"] / _HOUR, bar["cumulative"]) for bar in data["bars"]]
    last = _columns(sheet, ["", data["hours"], data["cumulative"]], rows)
    drawn = book.add_chart({"type": "column"})
    drawn.add_series(_series(sheet, 1, last, fill={"color": _BLUE}, gap=60))
    line = book.add_chart({"type": "line"})
    line.add_series(_series(sheet, 2, last, y2_axis=True, line={"color": "#1B1F24"}, marker={"type": "circle"}))
    line.set_y2_axis({"min": 0, "max": 1, "num_format": "0%"})
    drawn.combine(line)
    _insert(sheet, drawn, chart, 4)


def _trend(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    limits = data["limits"]["fault_rate"] or {"low": None, "high": None}
    rows = [(row["name"], row["fault_rate"], data["target"], limits["low"], limits["high"]) for row in data["months"]]
    last = _columns(sheet, ["", chart.title, data["goal"], data["limits_said"], data["limits_said"]], rows)
    drawn = book.add_chart({"type": "line"})
    drawn.add_series(_series(sheet, 1, last, line={"color": _BLUE, "width": 2}, marker={"type": "circle"}))
    drawn.add_series(_series(sheet, 2, last, line={"color": _RED, "dash_type": "round_dot"}))
    if limits["high"] is not None:
        for place in (3, 4):
            drawn.add_series(_series(sheet, place, last, line={"color": _GREY, "dash_type": "dash"}))
    drawn.set_y_axis({"num_format": "0.00%", "min": 0})
    _insert(sheet, drawn, chart, 6)


def _survival(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    corners = [*staircase(data["points"]), (data["until"], data["points"][-1][1])]
    rows: list[tuple[float | None, ...]] = [(hours, share, None) for hours, share in corners]
    rows += [(hours, None, at(data["points"], hours)) for hours in data["open"]]
    last = _columns(sheet, [data["hours"], data["share"], data["still"]], rows)
    drawn = book.add_chart({"type": "scatter", "subtype": "straight"})
    drawn.add_series(_series(sheet, 1, last, line={"color": _BLUE, "width": 2}))
    if data["open"]:
        drawn.add_series(_series(sheet, 2, last, line={"none": True}, marker={"type": "plus", "size": 9}))
    drawn.set_x_axis({"name": data["hours"], "min": 0})
    drawn.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
    _insert(sheet, drawn, chart, 4)


def _steps(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    last = _columns(sheet, ["", data["hours"]], [(name, span / _HOUR) for name, span in data["steps"]])
    drawn = book.add_chart({"type": "bar"})
    drawn.add_series(_series(sheet, 1, last, fill={"color": _BLUE}, gap=40))
    drawn.set_y_axis({"reverse": True})
    _insert(sheet, drawn, chart, 4)


def _rolling(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [(row["name"], row["mtbf_h"], row["low_h"], row["high_h"], data["target_h"]) for row in data["rows"]]
    last = _columns(sheet, ["", f"{data['value']} [h]", data["band"], data["band"], data["goal"]], rows)
    drawn = book.add_chart({"type": "line"})
    drawn.add_series(_series(sheet, 1, last, line={"color": _BLUE, "width": 2}, marker={"type": "circle"}))
    for place in (2, 3):
        drawn.add_series(_series(sheet, place, last, line={"color": _BLUE, "dash_type": "dash", "width": 1}))
    drawn.add_series(_series(sheet, 4, last, line={"color": _RED, "dash_type": "round_dot"}))
    drawn.set_y_axis({"min": 0})
    _insert(sheet, drawn, chart, 6)


def _control(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    limits = data["limits"] or {"low": None, "high": None}
    rows = [(row["name"], row["mttr_h"], data["target_h"], limits["low"], limits["high"]) for row in data["rows"]]
    heads = ["", f"{data['value']} [h]", data["goal"], data["limits_said"], data["limits_said"]]
    last = _columns(sheet, heads, rows)
    drawn = book.add_chart({"type": "line"})
    drawn.add_series(_series(sheet, 1, last, line={"color": _BLUE, "width": 2}, marker={"type": "circle"}))
    drawn.add_series(_series(sheet, 2, last, line={"color": _RED, "dash_type": "round_dot"}))
    if limits["high"] is not None:
        for place in (3, 4):
            drawn.add_series(_series(sheet, place, last, line={"color": _GREY, "dash_type": "dash"}))
    drawn.set_y_axis({"min": 0})
    _insert(sheet, drawn, chart, 6)


def _budgets(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    last = _columns(sheet, ["", data["used"]], [(row["name"], row["used"]) for row in data["rows"]])
    drawn = book.add_chart({"type": "bar"})
    drawn.add_series(_series(sheet, 1, last, fill={"color": _BLUE}, gap=40))
    drawn.set_y_axis({"reverse": True})
    drawn.set_x_axis({"min": 0, "num_format": "0%"})
    _insert(sheet, drawn, chart, 4)


def _burndown(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [(row["name"], row["overdue"], row["open"] - row["overdue"], row["done"]) for row in data["rows"]]
    last = _columns(sheet, ["", data["overdue"], data["open"], data["done"]], rows)
    drawn = book.add_chart({"type": "column", "subtype": "stacked"})
    drawn.add_series(_series(sheet, 1, last, fill={"color": _ORANGE}, gap=60))
    drawn.add_series(_series(sheet, 2, last, fill={"color": _BLUE}))
    line = book.add_chart({"type": "line"})
    line.add_series(_series(sheet, 3, last, line={"color": _GREEN}, marker={"type": "square"}))
    drawn.combine(line)
    _insert(sheet, drawn, chart, 5)


def _content(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [(row["name"], row["share"], data["target"], data["alarm"], row["answers"]) for row in data["rows"]]
    last = _columns(sheet, ["", data["share"], data["goal"], data["alarm_said"], data["answers"]], rows)
    drawn = book.add_chart({"type": "line"})
    drawn.add_series(_series(sheet, 1, last, line={"color": _BLUE, "width": 2}, marker={"type": "circle"}))
    drawn.add_series(_series(sheet, 2, last, line={"color": _RED, "dash_type": "round_dot"}))
    drawn.add_series(_series(sheet, 3, last, line={"color": _ORANGE, "dash_type": "dash"}))
    drawn.set_y_axis({"min": 0, "max": 1, "num_format": "0%"})
    _insert(sheet, drawn, chart, 6)


def _volume(book: "Workbook", sheet: "Worksheet", chart: Chart) -> None:
    data = chart.data
    rows = [(row["name"], row["opened"], row["resolved"], row["backlog"]) for row in data["rows"]]
    last = _columns(sheet, ["", data["opened"], data["resolved"], data["backlog"]], rows)
    drawn = book.add_chart({"type": "column"})
    drawn.add_series(_series(sheet, 1, last, fill={"color": _BLUE}, gap=60))
    drawn.add_series(_series(sheet, 2, last, fill={"color": _GREEN}))
    line = book.add_chart({"type": "line"})
    line.add_series(_series(sheet, 3, last, line={"color": "#1B1F24"}, marker={"type": "circle"}))
    drawn.combine(line)
    _insert(sheet, drawn, chart, 5)


_KINDS = {
    "budget": _budget,
    "heat": _heat,
    "pareto": _pareto,
    "trend": _trend,
    "survival": _survival,
    "steps": _steps,
    "rolling": _rolling,
    "control": _control,
    "budgets": _budgets,
    "burndown": _burndown,
    "content": _content,
    "volume": _volume,
}
