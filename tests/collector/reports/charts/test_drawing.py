"""Charts show names as people gave them, and are drawn one after the other."""

import threading
from html import unescape

import pytest

from collector.reports.charts import draw
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
