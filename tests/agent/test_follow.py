import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.backoff import Backoff
from agent.clock import Clock
from agent.connection import Connection
from agent.follow import Follow
from agent.plan import Plan, remembered
from rules.secret import Secret
from tests.agent.collector_double import TOKEN, Double, collector_double, plan_of


class Seen:
    """The plans an agent was given, and the wishes."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.wishes: list[Plan] = []
        self.news = threading.Condition()

    def changed(self, plan: Plan) -> None:
        with self.news:
            self.plans.append(plan)
            self.news.notify_all()

    def wished(self, plan: Plan) -> None:
        with self.news:
            self.wishes.append(plan)
            self.news.notify_all()

    def until(self, plans: int, wishes: int = 0) -> bool:
        with self.news:
            return self.news.wait_for(lambda: len(self.plans) >= plans and len(self.wishes) >= wishes, 10)


@contextmanager
def following(folder: Path, double: Double, known: Plan | None = None) -> Iterator[Seen]:
    seen = Seen()
    follow = Follow(
        Connection(double.url, Secret(TOKEN), None, 40.0),
        folder / "plan.json",
        known or Plan(),
        Clock(),
        Backoff(lambda: 0.0, 0.02, 0.1),
        seen.changed,
        seen.wished,
    )
    follow.start()
    try:
        yield seen
    finally:
        follow.stop()


def test_a_plan_is_fetched_and_remembered_before_it_is_used(tmp_path: Path) -> None:
    with collector_double(plan=plan_of({"kind": "cpu"})) as double, following(tmp_path, double) as seen:
        assert seen.until(1)

        assert [check.kind for check in seen.plans[0].checks] == ["cpu"]
        assert remembered(tmp_path / "plan.json") == seen.plans[0]
        assert double.polls[0] == f"Bearer {TOKEN}"


def test_a_new_plan_arrives_while_the_poll_waits(tmp_path: Path) -> None:
    with collector_double() as double, following(tmp_path, double) as seen:
        assert seen.until(1)
        double.change_plan(plan_of({"kind": "cpu"}, revision=2))
        assert seen.until(2)

        assert seen.plans[1].revision == 2


def test_a_plan_that_is_known_already_is_no_news(tmp_path: Path) -> None:
    known = Plan(revision=1, send_every=5000)
    with collector_double() as double, following(tmp_path, double, known) as seen:
        assert double.until(lambda: len(double.polls) >= 2)

        assert seen.plans == []


def test_wishes_are_passed_on_and_not_remembered(tmp_path: Path) -> None:
    with collector_double() as double, following(tmp_path, double) as seen:
        assert seen.until(1)
        double.change_plan({"revision": 1, "checks": [], "look_now": ["c_1"]})
        assert seen.until(1, 1)

        assert (seen.wishes[0].look_now, len(seen.plans)) == (("c_1",), 1)


def test_nonsense_does_not_end_the_following(tmp_path: Path) -> None:
    with collector_double() as double, following(tmp_path, double) as seen:
        assert seen.until(1)
        double.change_plan({"revision": "soon"})
        assert double.until(lambda: len(double.polls) >= 4)
        double.change_plan(plan_of({"kind": "cpu"}, revision=3))
        assert seen.until(2)

        assert seen.plans[1].revision == 3
