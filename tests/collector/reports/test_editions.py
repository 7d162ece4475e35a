"""An edition tells of one service or one customer, and of nobody else; it is issued, revised and proved by itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.app import House
from collector.reports.archive import BROKEN, HOLDS
from collector.specs import CorrectionSpec, ServiceSpec, TargetSpec
from rules.errors import Invalid, Missing
from tests.collector.api.asking import Door
from tests.collector.reports.misissued import told_otherwise
from tests.collector.reports.served import FROZEN, HOUR, MONTH, PERSONS, TZ, issue, of, serving
from tests.collector.rooms import ADMIN, SECOND, START
from tests.collector.watched import MINUTE


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        yield found


def data(house: House, key: str) -> dict[str, Any]:
    found: dict[str, Any] = house.archive.document(key)["report"]
    return found


def names(rows: list[dict[str, Any]], key: str = "name") -> list[str]:
    return sorted(row[key] for row in rows)


def test_a_customer_s_edition_holds_its_own_targets_services_and_what_was_done_to_them(served: Door) -> None:
    told = data(served.house, issue(served.house.archive, of(served.house, select="customer=acme")))

    assert told["edition"] == {
        "name": "acme",
        "service": "",
        "selector": "customer=acme",
        "targets": told["edition"]["targets"],
        "services": ["portal"],
    }
    assert names(told["edition"]["targets"]) == ["shop-1", "shop-2", "typo-acme"]
    assert names(told["objects"]) == ["portal", "shop-1", "shop-2"]
    assert names(told["pending"]) == ["typo-acme"]
    assert {row["target"] for row in told["outages"]} == {"shop-1", "portal"}
    assert names(told["incidents"], "target") == ["shop-1"]
    assert names(told["corrections"], "target") == ["shop-1"]
    assert [row["targets"] for row in told["maintenance"]] == [["shop-2"], ["shop-1", "shop-2"]]
    assert [row["what"] for row in told["mutes"]] == ["shop-1", "shop-1, shop-2, typo-acme"]
    assert [row["incident"] for row in told["improvements"]["rows"]] == ["INC-2026-000001"]
    assert [(row["about"], row["text"], row["by"]) for row in told["complaints"]["rows"]] == [("shop-1", "ask …@…", "")]
    assert {row["name"] for row in told["heat"]["rows"]} == {"portal", "shop-1", "shop-2"}
    assert {row["name"] for row in told["worst"]} == {"shop-1"}


def test_its_figures_are_those_of_its_targets(served: Door) -> None:
    house = served.house
    own = data(house, issue(house.archive, of(house, select="customer=acme")))
    whole = data(house, issue(house.archive, None))

    assert (own["fleet"]["down_ms"], whole["fleet"]["down_ms"]) == (5 * MINUTE, 25 * MINUTE)
    assert (own["fleet"]["objects"], whole["fleet"]["objects"]) == (2, 4)
    assert own["budget"]["days"][-1]["own_ms"] == own["fleet"]["down_ms"]
    assert own["trend"]["months"][-1]["failures"] == own["fleet"]["failures"]
    due = {row["measure"]: row["exposure"] for row in own["headline"]}
    assert due["solved"] == {"due": 1}
    assert {row["measure"]: row["exposure"] for row in whole["headline"]}["solved"] == {"due": 2}
    (terms,) = [row for row in own["attainment"] if row["agreement"]["name"] == "house"]
    assert terms["objects"] == 2


def test_it_names_no_person_no_address_and_nobody_else_who_is_served(served: Door) -> None:
    house = served.house
    key = issue(house.archive, of(house, select="customer=acme"))
    sealed = house.archive.file(key, "json", "en")[0].decode()
    page = house.archive.file(key, "html", "en")[0].decode()

    for word in (*PERSONS, "beta", "desk", "core-1", "typo-beta"):
        assert not re.search(rf"(?<![\w@.-]){re.escape(word)}(?![\w-])", sealed), word
        assert not re.search(rf"(?<![\w@.-]){re.escape(word)}(?![\w-])", page), word
    whole = house.archive.file(issue(house.archive, None), "json", "en")[0].decode()
    assert [word for word in PERSONS if word not in whole] == []


def test_what_is_for_the_house_alone_is_in_neither_its_data_nor_its_pages(served: Door) -> None:
    house = served.house
    own, whole = issue(house.archive, of(house, service="portal")), issue(house.archive, None)

    assert data(house, own)["risks"] is None
    assert data(house, whole)["risks"] is not None
    assert "Risks and warnings" not in house.archive.file(own, "html", "en")[0].decode()
    assert "Risks and warnings" in house.archive.file(whole, "html", "en")[0].decode()


@pytest.mark.parametrize("form", ["html", "csv", "xlsx", "docx", "pdf"])
def test_every_form_shows_it(served: Door, form: str) -> None:
    house = served.house
    content, _ = house.archive.file(issue(house.archive, of(house, service="portal")), form, "zh-CN")

    assert house.archive.verify(content)["verdict"] == HOLDS


def test_a_service_s_edition_holds_the_service_and_its_parts(served: Door) -> None:
    house = served.house
    key = issue(house.archive, of(house, service="portal"))
    told, page = data(house, key), house.archive.file(key, "html", "en")[0].decode()

    assert names(told["objects"]) == ["portal", "shop-1", "shop-2"]
    assert (told["edition"]["name"], told["edition"]["selector"]) == ("portal", "")
    cover = page[: page.index("</dl>")]
    assert f"Service report {MONTH} · portal" in cover
    assert "2: shop-1, shop-2" in cover
    assert "Services as they were delivered" in page


def test_whose_a_target_becomes_after_the_period_changes_nothing_in_it(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")
    served.clock.at = FROZEN
    first = issue(house.archive, acme)
    house.registry.set_target("shop-2", {"labels": {"customer": "beta"}}, ADMIN)
    served.clock.at += HOUR

    assert issue(house.archive, acme) == first
    assert names(data(house, first)["edition"]["targets"]) == ["shop-1", "shop-2", "typo-acme"]


def test_the_whole_and_each_edition_are_revised_apart(served: Door) -> None:
    house = served.house
    acme, beta = of(house, select="customer=acme"), of(house, select="customer=beta")
    served.clock.at = FROZEN
    before = {name: issue(house.archive, one) for name, one in (("acme", acme), ("beta", beta), ("whole", None))}
    overlays = house.registry.overlays
    spec = CorrectionSpec("shop-1", START + 25 * MINUTE, START + 30 * MINUTE, "excluded", "the carrier")
    number = overlays.propose(spec, ADMIN).number
    overlays.approve_correction(number, SECOND)
    served.clock.at += HOUR
    after = {name: issue(house.archive, one) for name, one in (("acme", acme), ("beta", beta), ("whole", None))}

    assert after["beta"] == before["beta"]
    told = data(house, after["acme"])["revision"]
    assert (told["number"], told["previous"]["number"]) == (2, 1)
    assert {row["name"] for row in told["differences"] if row["part"] != "headline"} <= {
        "", "portal", "shop-1", str(number),
    }  # fmt: skip
    assert [(row["kind"], row["name"], row["by"]) for row in told["reasons"]] == [
        ("correction", str(number), ""),
        ("correction", str(number), ""),
    ]
    assert data(house, after["whole"])["revision"]["reasons"][0]["by"] == "ada"
    for key in after.values():
        assert house.archive.verify(house.archive.file(key, "json", "en")[0])["verdict"] == HOLDS


def test_each_edition_is_approved_and_commented_on_by_itself(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")
    served.clock.at = FROZEN
    own, whole = issue(house.archive, acme), issue(house.archive, None)
    (measure, *_) = house.remarks.missed(own)

    approved = house.remarks.approve(own, SECOND)
    house.remarks.comment(own, measure, "a fan", ADMIN)

    assert (approved.report, approved.by) == (own, "grace")
    assert [one["text"] for one in house.remarks.of(own)["comments"]] == ["a fan"]
    assert house.remarks.of(whole) == {**house.remarks.of(whole), "comments": [], "approvals": []}


def test_a_target_left_out_of_an_edition_is_refuted_by_the_log(served: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    house = served.house
    with told_otherwise(monkeypatch, lambda data: data["edition"]["targets"].pop()):
        key = issue(house.archive, of(house, select="customer=acme"))

    said = house.archive.verify(house.archive.file(key, "json", "en")[0])

    assert (said["verdict"], "edition" in said["reasons"][0]) == (BROKEN, True)


def test_the_same_log_gives_the_same_data(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")
    first, second = (data(house, issue(house.archive, acme)) for _ in range(2))

    assert first == second


def test_selectors_that_say_the_same_are_one_edition(served: Door) -> None:
    house = served.house

    assert of(house, select="kind=host, customer=acme") == of(house, select="customer=acme,kind=host")


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("customer=acm", "did you mean 'acme'"),
        ("clint=acme", "No target has a label 'clint'"),
        ("customer=acme,name=beta-1", "No target has all of that at once"),
    ],
)
def test_an_edition_about_nothing_is_refused_with_what_there_is(served: Door, select: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        issue(served.house.archive, of(served.house, select=select))


def test_a_period_before_its_targets_came_into_service_has_no_edition(served: Door) -> None:
    house = served.house
    served.clock.at = FROZEN
    spec = TargetSpec("late-1", "192.0.2.77", labels={"customer": "late"}, in_service_from=FROZEN - HOUR)
    house.registry.add_target(spec, ADMIN)

    with pytest.raises(Invalid, match="There was nothing in"):
        issue(house.archive, of(house, select="customer=late"))
    assert issue(house.archive, of(house, select="customer=late"), "year", MONTH[:4])


@pytest.mark.parametrize(("service", "select"), [("", "*"), ("", "priority=high"), ("portal", "customer=acme")])
def test_what_can_be_no_edition_is_refused(served: Door, service: str, select: str) -> None:
    with pytest.raises(Invalid):
        of(served.house, service=service, select=select)


def test_an_unknown_service_is_missing(served: Door) -> None:
    with pytest.raises(Missing):
        of(served.house, service="portl")


def test_a_special_edition_is_about_an_incident_of_its_own(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")

    told = data(house, issue(house.archive, acme, "special", "INC-2026-000001"))

    assert (told["kind"], names(told["incidents"], "target")) == ("special", ["shop-1"])
    with pytest.raises(Invalid, match="INC-2026-000002 is about nothing that acme names"):
        issue(house.archive, acme, "special", "INC-2026-000002")


def test_a_quarter_has_editions_too(served: Door) -> None:
    house = served.house
    quarter = f"{MONTH[:4]}-Q{(int(MONTH[5:]) + 2) // 3}"
    key = issue(house.archive, of(house, select="customer=acme"), "quarter", quarter)

    assert names(data(house, key)["objects"]) == ["portal", "shop-1", "shop-2"]
    assert data(house, key)["review"]["capacity"] is None
    assert house.archive.verify(house.archive.file(key, "html", "zh-CN")[0])["verdict"] == HOLDS


def test_a_service_that_rests_on_others_too_names_none_of_them(served: Door) -> None:
    house = served.house
    needs = {"1_of": ["shop-1", "shop-2", "beta-1"]}
    house.registry.agreements.set_service(ServiceSpec("shared", needs, labels={"customer": "acme"}), ADMIN)
    quarter = f"{MONTH[:4]}-Q{(int(MONTH[5:]) + 2) // 3}"
    served.clock.at += MINUTE

    for kind, name in (("month", MONTH), ("quarter", quarter)):
        key = issue(house.archive, of(house, select="customer=acme"), kind, name)

        assert data(house, key)["edition"]["services"] == ["portal", "shared"]
        assert "beta" not in house.archive.file(key, "json", "en")[0].decode()


def test_a_list_of_one_edition_holds_that_alone(served: Door) -> None:
    house, acme = served.house, of(served.house, select="customer=acme")
    own, _ = issue(house.archive, acme), issue(house.archive, None)

    assert [one.id for one in house.archive.listed(10, edition=acme)] == [own]
    assert house.archive.listed(10, edition=acme)[0].tz == TZ
