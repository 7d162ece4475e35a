"""The doors of editions: who may have which issued, listed and fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.api.asking import Door
from tests.collector.reports.served import MONTH, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(folder) as found:
        for about in ({}, {"select": "customer=acme"}, {"select": "customer=beta"}, {"service": "portal"}):
            found.ok("POST", "reports", {"name": MONTH, **about})
        yield found


def test_a_report_tells_of_which_edition_it_is(served: Door) -> None:
    found = served.ok("GET", "reports")["items"]

    about = [row["edition"] and (row["edition"]["name"], row["edition"]["selector"]) for row in found]
    assert sorted(map(str, about)) == sorted(
        map(str, [None, ("acme", "customer=acme"), ("beta", "customer=beta"), ("portal", "")])
    )
    assert all("about" not in row for row in found)


@pytest.mark.parametrize(("query", "name"), [("service=portal", "portal"), ("select=customer%3Dbeta", "beta")])
def test_a_list_may_be_of_one_edition(served: Door, query: str, name: str) -> None:
    assert [row["edition"]["name"] for row in served.ok("GET", f"reports?{query}")["items"]] == [name]


def test_a_customer_sees_the_editions_inside_their_scope_and_nothing_else(served: Door) -> None:
    token = served.token("customer", customer="acme")
    found = served.ask_as(token, "GET", "reports").json()["items"]

    assert sorted(row["edition"]["name"] for row in found) == ["acme", "portal"]
    assert {row["issued_by"] for row in found} == {""}
    for row in served.ok("GET", "reports")["items"]:
        inside = row["id"] in {one["id"] for one in found}
        assert served.ask_as(token, "GET", f"reports/{row['id']}.json").status_code == (200 if inside else 403)
        assert served.ask_as(token, "GET", f"reports/{row['id']}/remarks").status_code == 403


def test_a_customer_has_only_files_of_their_own_editions_verified(served: Door) -> None:
    token = served.token("customer", customer="acme")
    told = {}
    for row in served.ok("GET", "reports?select=customer%3Dacme")["items"][:1]:
        told["acme"] = served.ask("GET", f"reports/{row['id']}.json").content
    for row in served.ok("GET", "reports?select=customer%3Dbeta")["items"][:1]:
        told["beta"] = served.ask("GET", f"reports/{row['id']}.json").content

    found = {name: served.ask_as(token, "POST", "reports/verify", content=content) for name, content in told.items()}

    assert found["acme"].json()["verdict"] == "holds"
    assert found["beta"].status_code == 403


def test_a_short_page_of_a_scoped_list_leads_to_the_rest(served: Door) -> None:
    token = served.token("customer", customer="acme")
    first = served.ask_as(token, "GET", "reports?limit=1").json()
    second = served.ask_as(token, "GET", f"reports?limit=1&cursor={first['next']}").json()

    assert {page["items"][0]["edition"]["name"] for page in (first, second)} == {"acme", "portal"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 403), ({"select": "customer=acme"}, 201), ({"select": "customer=beta"}, 403), ({"select": "kind=*"}, 403),
     ({"service": "portal"}, 201), ({"service": "desk"}, 403), ({"select": "customer=nobody"}, 403)],
)  # fmt: skip
def test_somebody_with_a_scope_has_editions_inside_it_issued(served: Door, body: dict[str, str], status: int) -> None:
    token = served.token("operator", customer="acme")

    assert served.ask_as(token, "POST", "reports", {"name": MONTH, **body}).status_code == status


def test_whoever_may_issue_no_report_may_issue_no_edition(served: Door) -> None:
    token = served.token("customer", customer="acme")

    assert served.ask_as(token, "POST", "reports", {"name": MONTH, "select": "customer=acme"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "said"),
    [({"select": "customer=acm"}, "did you mean 'acme'"), ({"service": "portl"}, "There is no service 'portl'"),
     ({"service": "portal", "select": "customer=acme"}, "one of the two"), ({"select": "*"}, "without a selector")],
)  # fmt: skip
def test_what_cannot_be_is_told(served: Door, body: dict[str, str], said: str) -> None:
    answer = served.ask("POST", "reports", {"name": MONTH, **body})

    assert answer.status_code in (400, 404)
    assert said in answer.text


def test_nobody_reads_an_edition_whose_target_is_not_theirs_any_more(served: Door) -> None:
    token = served.token("customer", customer="acme")
    acme = served.ok("GET", "reports?select=customer%3Dacme")["items"][0]["id"]
    moved = served.token("customer", customer="beta")
    served.ok("PATCH", "targets/shop-2", {"labels": {"customer": "beta"}})

    assert served.ask_as(token, "GET", f"reports/{acme}.json").status_code == 403
    assert served.ask_as(moved, "GET", f"reports/{acme}.json").status_code == 403
    served.ok("PATCH", "targets/shop-2", {"labels": {"customer": "acme"}})
    assert served.ask_as(token, "GET", f"reports/{acme}.json").status_code == 200
