"""The page of objectives: sound, in both languages, for those who may see it."""

from collector.specs import AgreementSpec
from rules.result import Outcome
from tests.collector.rooms import ADMIN
from tests.collector.web.conftest import MINUTE, Browser, Town, person
from tests.collector.web.parsed import parsed


def failing(town: Town) -> None:
    """A target under an agreement that has failed for six minutes, and another that is well."""
    town.house.registry.agreements.set_agreement(
        AgreementSpec("gold", "Bank <of> Hangzhou", "site=hz", town.clock.at - 60 * MINUTE), ADMIN
    )
    target = town.in_service("core-1", "127.0.0.2", labels={"site": "hz"})
    town.in_service("web-1", "127.0.0.3", labels={"site": "sh"})
    town.clock.at += 6 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 6)
    town.clock.at += MINUTE


def test_the_page_is_sound_and_tells_each_agreement(town: Town, admin: Browser) -> None:
    failing(town)

    answer = admin.get("/objectives")

    assert answer.status_code == 200
    assert parsed(answer.text).mistakes == []
    assert "Everything, by the terms of the house" in answer.text
    assert "Bank &lt;of&gt; Hangzhou" in answer.text
    assert "Budget left: one more outage of" in answer.text
    assert "INC-" in answer.text


def test_it_speaks_chinese(town: Town, admin: Browser) -> None:
    failing(town)

    text = admin.get("/objectives", headers={"Accept-Language": "zh-CN"}).text

    assert "目标达成" in text
    assert "余量：还可再中断一次" in text


def test_an_earlier_month_is_told_as_it_ended(town: Town, admin: Browser) -> None:
    text = admin.get("/objectives?month=2026-08").text

    assert "Month 2026-08, as of 2026-09-01 00:00" in text
    assert 'rel="next"' in text


def test_a_month_that_lies_ahead_is_refused(town: Town, admin: Browser) -> None:
    assert admin.get("/objectives?month=2031-01").status_code == 400


def test_nobody_sees_it_without_signing_in(stranger: Browser) -> None:
    assert stranger.get("/objectives").status_code == 303


def test_a_customer_sees_what_is_theirs(town: Town) -> None:
    failing(town)
    with person(town, "chen", "customer", {"site": "sh"}) as customer:
        text = customer.get("/objectives").text

    assert "gold" not in text
    assert "core-1" not in text
    assert "1 target" in text
