"""Reports over HTTP: issued, paged, fetched in each format, verified; and who may not."""

from pathlib import Path

import pytest

from collector.app import House
from collector.client import Client
from collector.reports import formats
from rules.errors import Forbidden, Invalid, Missing
from rules.period import local
from tests.collector.api.asking import door
from tests.collector.watched import house_watched


@pytest.fixture
def month(house: House) -> str:
    return local(house.clock.now(), "Asia/Shanghai").strftime("%Y-%m")


@pytest.mark.parametrize("form", formats.names())
def test_an_issued_report_is_fetched_in_each_format(client: Client, month: str, form: str) -> None:
    issued = client.post("reports", {"name": month})

    first = client.download(f"reports/{issued['id']}.{form}?lang=zh-CN")

    assert first
    assert client.download(f"reports/{issued['id']}.{form}?lang=zh-CN") == first


def test_reports_are_listed_page_by_page(client: Client, month: str) -> None:
    made = {client.post("reports", {"name": month})["id"] for _ in range(3)}

    found = [report["id"] for report in client.every("reports", limit=2)]

    assert made <= set(found)
    assert len(found) == len(set(found))


def test_what_was_issued_holds_and_what_was_changed_does_not(client: Client, month: str) -> None:
    issued = client.post("reports", {"name": month})
    content = client.download(f"reports/{issued['id']}.json")

    assert client.post("reports/verify", content)["verdict"] == "holds"
    assert client.post("reports/verify", content.replace(b'"core-1"', b'"core-2"'))["verdict"] == "broken"


@pytest.mark.parametrize("body", [{"name": "2026-13"}, {"name": "2099-01"}, {"name": "2026-01", "kind": "day"}, {}])
def test_a_report_that_cannot_be_is_refused(client: Client, body: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        client.post("reports", body)


@pytest.mark.parametrize("file", ["r_none.html", "nothing"])
def test_an_unknown_report_is_missing(client: Client, file: str) -> None:
    with pytest.raises(Missing):
        client.download(f"reports/{file}")


def test_nothing_to_verify_is_refused(client: Client) -> None:
    with pytest.raises(Invalid):
        client.post("reports/verify", b"")


def test_rebuild_finds_nothing(client: Client) -> None:
    assert client.post("rebuild")["differences"] == []


def test_a_report_has_remarks_and_no_local_command_approves_it(client: Client, month: str) -> None:
    issued = client.post("reports", {"name": month})

    found = client.get(f"reports/{issued['id']}/remarks")

    assert (found["comments"], found["approvals"]) == ([], [])
    with pytest.raises(Forbidden, match="person"):
        client.post(f"reports/{issued['id']}/approve")


def test_a_missed_measure_is_commented_on(client: Client, month: str) -> None:
    issued = client.post("reports", {"name": month})
    (measure, *_) = client.get(f"reports/{issued['id']}/remarks")["missed"]

    client.post(f"reports/{issued['id']}/comments", {"measure": measure, "text": "a switch was replaced"})

    (comment,) = client.get(f"reports/{issued['id']}/remarks")["comments"]
    assert (comment["measure"], comment["text"]) == (measure, "a switch was replaced")


def test_what_is_refused_issues_nothing(client: Client, month: str) -> None:
    before = [report["id"] for report in client.every("reports")]

    with pytest.raises(Invalid, match="xx"):
        client.post("reports", {"name": month, "lang": "xx"})

    assert [report["id"] for report in client.every("reports")] == before


@pytest.mark.parametrize("cursor", ["x", "99999999999999999999999.r_1", "१.r_1"])
def test_a_cursor_that_no_page_gave_is_refused(client: Client, cursor: str) -> None:
    with pytest.raises(Invalid):
        client.get("reports", cursor=cursor)


@pytest.mark.parametrize("name", ["0001-01", "9999-12"])
def test_a_month_out_of_all_time_is_refused(client: Client, name: str) -> None:
    with pytest.raises(Invalid):
        client.post("reports", {"name": name})


def test_a_page_runs_and_fetches_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as found:
        house_watched(found.house, "core-1")
        month = local(found.clock.now(), found.house.settings.tz).strftime("%Y-%m")
        issued = found.ok("POST", "reports", {"name": month, "tz": "UTC"})
        headers = found.ask("GET", f"reports/{issued['id']}.html?lang=zh-CN").headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert f"nineward-{month}-UTC.zh-CN.html" in headers["content-disposition"]
