"""The pages of reports: sound, in every language, for those who may see them; approval, comments, verification."""

import pytest

from collector.access import SYSTEM
from collector.access import local as local_admin
from collector.reports.edition import Edition
from collector.store.reports import Issued
from rules.period import local
from rules.result import Outcome
from tests.collector.web.conftest import MINUTE, Browser, Town, person
from tests.collector.web.parsed import parsed

TZ = "Asia/Shanghai"
SZ = {"site": "sz"}


@pytest.fixture
def issued(town: Town) -> Issued:
    """A month in progress in which a target failed."""
    target = town.in_service("core-1", "127.0.0.2")
    town.clock.at += 6 * MINUTE
    town.tell(target, *[Outcome.FAILED] * 6)
    town.clock.at += MINUTE
    return town.house.archive.issue("month", f"{local(town.clock.at, TZ):%Y-%m}", TZ, SYSTEM)


def test_the_list_is_sound_and_leads_to_every_form(town: Town, admin: Browser, issued: Issued) -> None:
    answer = admin.get("/reports")

    assert answer.status_code == 200
    assert parsed(answer.text).mistakes == []
    for form in ("html", "pdf", "docx", "xlsx", "csv"):
        assert f"/api/v1/reports/{issued.id}.{form}?lang=zh-CN" in answer.text
    assert f"/api/v1/reports/{issued.id}.json" in answer.text
    assert issued.sha256[:16] in answer.text


def test_a_form_is_fetched_by_who_has_signed_in(admin: Browser, issued: Issued) -> None:
    assert b"core-1" in admin.get(f"/api/v1/reports/{issued.id}.json").content


def test_one_report_is_sound_and_takes_a_comment(town: Town, admin: Browser, issued: Issued) -> None:
    (measure, *_) = town.house.remarks.missed(issued.id)

    answer = admin.post(f"/reports/{issued.id}/comment", data={"measure": measure, "text": "the <carrier>"})

    assert answer.status_code == 303
    text = admin.get(f"/reports/{issued.id}").text
    assert parsed(text).mistakes == []
    assert "the &lt;carrier&gt;" in text


def test_what_is_not_frozen_cannot_be_approved_and_it_says_so(admin: Browser, issued: Issued) -> None:
    assert "/approve" not in admin.get(f"/reports/{issued.id}").text

    answer = admin.post(f"/reports/{issued.id}/approve")

    assert answer.status_code == 409
    assert "not frozen yet" in answer.text


def test_a_frozen_report_is_approved_by_name(town: Town, issued: Issued) -> None:
    town.clock.at += 30 * 86_400_000
    frozen = town.house.archive.issue("month", issued.name, TZ, SYSTEM)
    with person(town, "grace", "quality") as quality:
        assert f"/reports/{frozen.id}/approve" in quality.get(f"/reports/{frozen.id}").text

        answer = quality.post(f"/reports/{frozen.id}/approve")

        assert answer.status_code == 303
        assert "grace, 20" in quality.get("/reports").text
        assert f"/reports/{frozen.id}/approve" not in quality.get(f"/reports/{frozen.id}").text


def test_a_report_that_was_replaced_leads_to_the_one_in_force(town: Town, issued: Issued) -> None:
    town.clock.at += 30 * 86_400_000
    frozen = town.house.archive.issue("month", issued.name, TZ, SYSTEM)
    with person(town, "grace", "quality") as quality:
        pages = [quality.get(path).text for path in (f"/reports/{issued.id}", "/reports")]
        newest = quality.get(f"/reports/{frozen.id}").text

    for text in pages:
        assert parsed(text).mistakes == []
        assert f'<a href="/reports/{frozen.id}">Replaced by revision 1</a>' in text
    assert "Replaced by" not in newest


def test_an_uploaded_file_is_verified(town: Town, admin: Browser, issued: Issued) -> None:
    content = town.house.archive.file(issued.id, "json", "en")[0]

    good = admin.post("/reports/verify", files={"file": ("report.json", content)})
    bad = admin.post("/reports/verify", files={"file": ("report.json", content.replace(b"core-1", b"core-2"))})

    assert (good.status_code, bad.status_code) == (200, 200)
    assert "The report holds" in good.text
    assert "The report is broken" in bad.text
    assert parsed(good.text).mistakes == parsed(bad.text).mistakes == []


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "报告"), ("zh-TW", "報告")])
def test_it_speaks_chinese(admin: Browser, issued: Issued, language: str, title: str) -> None:
    text = admin.get("/reports", headers={"Accept-Language": language}).text

    assert f"<h1>{title}</h1>" in text
    assert "Download" not in text


def test_nobody_sees_it_without_signing_in(stranger: Browser) -> None:
    assert stranger.get("/reports").status_code == 303


def test_who_sees_a_part_only_sees_the_editions_inside_it_and_nobody_s_name(town: Town, issued: Issued) -> None:
    archive = town.house.archive
    town.house.registry.set_target("core-1", {"labels": {"site": "sh"}}, local_admin("test"))
    own = archive.issue("month", issued.name, TZ, SYSTEM, edition=Edition(selector="site=sh"))
    town.house.remarks.comment(own.id, "", "a calm month", local_admin("olga"))
    with person(town, "chen", "customer", {"site": "sh"}) as customer, person(town, "lin", "customer", SZ) as other:
        listed, shown = customer.get("/reports"), customer.get(f"/reports/{own.id}")

        assert (own.id in listed.text, issued.id in listed.text) == (True, False)
        assert customer.get(f"/reports/{issued.id}").status_code == 403
        assert customer.get(f"/api/v1/reports/{issued.id}.html").status_code == 403
        assert (shown.status_code, "olga" in shown.text, "nineward report" in shown.text) == (200, False, False)
        assert parsed(shown.text).mistakes == parsed(listed.text).mistakes == []
        assert own.id not in other.get("/reports").text
        assert other.get(f"/reports/{own.id}").status_code == 403


def test_a_report_of_another_zone_says_so(town: Town, admin: Browser, issued: Issued) -> None:
    town.house.archive.issue("month", issued.name, "Pacific/Chatham", SYSTEM)

    assert admin.get("/reports").text.count("Pacific/Chatham") == 1


def test_what_is_said_of_the_whole_is_kept_beside_it(admin: Browser, issued: Issued) -> None:
    answer = admin.post(f"/reports/{issued.id}/comment", data={"measure": "", "text": "a calm month"})

    assert answer.status_code == 303
    assert "<b>The report as a whole</b>: a calm month" in admin.get(f"/reports/{issued.id}").text


def test_a_viewer_reads_and_says_nothing(town: Town, issued: Issued) -> None:
    with person(town, "vera", "viewer") as viewer:
        assert "<textarea" not in viewer.get(f"/reports/{issued.id}").text
        assert viewer.post(f"/reports/{issued.id}/comment", data={"measure": "mtbf", "text": "x"}).status_code == 403
