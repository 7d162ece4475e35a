"""The fleet's scripted hour: each outage found, none invented, the total right, and could-not-look never down."""

import contextlib
import os
import time
from pathlib import Path
from random import Random

import pytest

from tests.journeys.fleet import fleet
from tests.journeys.lab import needs_namespaces
from tests.journeys.truth import LONE_SITE, Kind, Watched, compare, live, script

SEED = int(os.environ.get("NINEWARD_SEED", "20261121"))
SECONDS = 60
"""An hour of looks a minute apart, at one a second."""

pytestmark = [needs_namespaces, pytest.mark.xdist_group("journey")]


def test_every_outage_of_the_script_is_found_and_no_other(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        hosts = stack.enter_context(fleet(20))
        watched = Watched(hosts, tmp_path, stack)
        troubles = script(hosts, SECONDS, Random(SEED))
        start = time.time_ns() // 1_000_000
        happened = live(hosts, watched, troubles)
        time.sleep(5)  # the last looks, and what dead agents still have to deliver
        end = time.time_ns() // 1_000_000
        figures = watched.figures(start, end)
        watched.stop()

    found = compare(happened, figures)
    assert len(hosts.hosts) >= 40
    assert found.scripted >= 40, "the script is too calm to prove anything"
    assert found.missed == []
    assert found.invented == []
    assert found.outside == []
    # Four standard errors: one run in 16,000 is further off by chance alone.
    assert abs(found.off) < 4

    for name, entry in figures.items():
        parts = ("up", "degraded", "down", "unreachable", "unknown", "maintenance", "excluded", "out_of_service")
        assert sum(entry[f"{part}_ms"] for part in parts) == end - start, name
    (router,) = (entry for entry in happened if entry.trouble.who == "router-1")
    (blind,) = (entry for entry in happened if entry.trouble.kind is Kind.AGENT and entry.trouble.who == "near")
    for name in hosts.hosts:
        unreachable, unknown = figures[name]["unreachable_ms"], figures[name]["unknown_ms"]
        if name.startswith(LONE_SITE):
            assert unreachable > (router.end - router.start) / 2, f"{name} stood behind the dead router"
            assert unknown > (blind.end - blind.start) / 2, f"{name} was watched by the dead agent alone"
        else:
            assert (unreachable, unknown) == (0, 0), f"{name} was in sight of two agents all the time"
