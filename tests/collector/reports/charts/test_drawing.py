"""Charts show names as people gave them, and are drawn one after the other."""

import threading
from html import unescape

import numpy as np
import pytest

from collector.reports.charts import budget, draw, heat
from collector.reports.charts.canvas import ONE_HAND, canvas
from collector.reports.layout.blocks import Chart


def pareto(name: str) -> Chart:
    bar = {"name": name, "amount": 3_600_000, "cumulative": 1.0, "vital": True}
    return Chart("p", "pareto", "t", {"bars": [bar], "hours": "h", "cumulative": "c"}, "s")


@pytest.mark.parametrize("name", ["${HOST}_${IF}", "C$ and D$", "a$b^c$", 'id="x" url(#y)', "<b>"])
def test_a_name_is_drawn_as_it_is(name: str) -> None:
    assert f">{name}<" in unescape(draw(pareto(name))).replace("\n", "")


def test_ids_are_those_of_the_chart() -> None:
    assert 'id="p-figure_1"' in draw(pareto("core-1"))


def test_nobody_else_may_draw_meanwhile() -> None:
    got: list[bool] = []
    other = threading.Thread(target=lambda: got.append(ONE_HAND.acquire(blocking=False)))

    with canvas("pareto"):
        other.start()
        other.join()

    assert got == [False]


def test_one_day_of_a_budget_is_a_line_from_none() -> None:
    day = {"until": 86_400_000, "own_ms": 3_600_000, "delivered_ms": 7_200_000}
    told = {"days": [day], "allowed_ms": 36_000_000, "ticks": [(0, "17")], "own": "o", "delivered": "d", "limit": "l"}
    with canvas("budget") as figure:
        budget.draw(figure, told)
        delivered, own, _ = (np.asarray(line.get_xydata()).tolist() for line in figure.axes[0].get_lines())

    assert own == [[0.0, 0.0], [1.0, 1.0]]
    assert delivered == [[0.0, 0.0], [1.0, 2.0]]


def test_months_are_marked_under_a_long_map() -> None:
    row = {"name": "a", "agreed_ms": [10] * 60, "lost_ms": [0] * 59 + [5]}
    told = {"rows": [row], "days": list(range(60)), "ticks": [(0, "2026-07"), (31, "2026-08")], "scale": "s"}
    with canvas("heat") as figure:
        heat.draw(figure, told)
        ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]

    assert ticks == ["2026-07", "2026-08"]
