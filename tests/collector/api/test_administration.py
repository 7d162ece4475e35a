"""The doors of the registry, through the real application: shapes, pages, errors, and who is let in."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from collector.api.guards import COOKIE
from collector.settings import Settings
from tests.collector.api.asking import Door
from tests.collector.api.asking import door as open_door
from tests.collector.rooms import START

WEB = {"name": "web-1", "address": "192.0.2.1", "labels": {"site": "hz"}}


def enrol(door: Door, name: str = "hub", **more: Any) -> dict[str, Any]:
    token = door.ok("POST", "agents/join-tokens", {})["token"]
    body = {"token": token, "name": name, "machine_id": name, "kinds": ["ping", "cpu", "snmp"], **more}
    answer = door.ask_as("", "POST", "agents/join", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_target_is_shown_as_it_was_added(door: Door) -> None:
    added = door.ok("POST", "targets", WEB)

    assert (added["name"], added["state"], added["kind"], added["labels"]) == (
        "web-1",
        "pending",
        "host",
        {"site": "hz"},
    )
    assert door.ok("GET", "targets/web-1") == door.ok("GET", f"targets/{added['id']}")


def test_parents_are_shown_by_name(door: Door) -> None:
    door.ok("POST", "targets", {**WEB, "name": "gw"})

    assert door.ok("POST", "targets", {**WEB, "parents": ["gw"]})["parents"] == ["gw"]


def test_a_list_comes_in_pages(door: Door) -> None:
    for number in range(5):
        door.ok("POST", "targets", {**WEB, "name": f"t{number}"})
    names, cursor = [], ""
    while cursor is not None:
        page = door.ok("GET", f"targets?limit=2{cursor and '&cursor=' + cursor}")
        names.append([item["name"] for item in page["items"]])
        cursor = page["next"]

    assert names == [["t0", "t1"], ["t2", "t3"], ["t4"]]


def test_a_made_up_cursor_is_refused(door: Door) -> None:
    assert door.ask("GET", "targets?cursor=%C3%A9").status_code == 400


def test_a_list_can_be_narrowed_by_a_selector(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    door.ok("POST", "targets", {**WEB, "name": "web-2", "labels": {"site": "sh"}})

    assert [item["name"] for item in door.ok("GET", "targets?selector=site%3Dsh")["items"]] == ["web-2"]


def test_all_mistakes_of_a_body_are_told_at_once(door: Door) -> None:
    answer = door.ask("POST", "targets", {"name": 1, "adress": "x", "labels": {"site": 2}, "priority": "high"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [mistake.partition(":")[0] for mistake in answer.json()["mistakes"]] == [
        "adress",
        "name",
        "priority",
        "labels.site",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"name": "x",', "line 1, column 14"),
        (b"\xff\xfe", "not UTF-8: byte 0"),
        (b"[]", "must be a JSON object"),
        (b"", "not JSON"),
        (b"[" * 100_000, "too deeply"),
    ],
)
def test_what_is_no_json_object_is_refused_with_its_place(door: Door, content: bytes, says: str) -> None:
    answer = door.ask("POST", "targets", content=content)

    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_a_body_over_the_limit_is_refused(tmp_path: Path) -> None:
    with open_door(tmp_path, Settings(key=tmp_path / "key", body_limit=1_000)) as door:
        assert door.ask("POST", "targets", content=b" " * 1_001).status_code == 413


def test_what_does_not_exist_is_missing(door: Door) -> None:
    assert [door.ask("GET", path).status_code for path in ("targets/x", "checks/x", "nothing", "/nowhere")] == [404] * 4


def test_a_name_in_use_is_a_conflict(door: Door) -> None:
    door.ok("POST", "targets", WEB)

    assert door.ask("POST", "targets", WEB).status_code == 409


def test_an_error_nobody_expected_shows_only_a_number(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is quite-secret")

    monkeypatch.setattr(type(door.house.registry), "add_target", broken)
    answer = door.ask("POST", "targets", WEB)

    assert answer.status_code == 500
    assert "quite-secret" not in answer.text


def test_a_change_merges_labels(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    changed = door.ok("PATCH", "targets/web-1", {"labels": {"owner": "ops", "site": None}})

    assert changed["labels"] == {"owner": "ops"}


def test_a_removed_target_stays_known_by_its_id(door: Door) -> None:
    key = door.ok("POST", "targets", WEB)["id"]
    removed = door.ok("DELETE", "targets/web-1")

    assert removed["retired"] == START
    assert door.ask("GET", "targets/web-1").status_code == 404
    assert door.ok("GET", f"targets/{key}")["retired"] == START


def test_an_import_says_what_it_did(door: Door) -> None:
    body = {"targets": [WEB], "dry_run": False}

    assert door.ok("POST", "targets/import", body) == {"added": ["web-1"], "changed": [], "unchanged": []}
    assert door.ok("POST", "targets/import", body) == {"added": [], "changed": [], "unchanged": ["web-1"]}


def test_a_check_shows_each_setting_with_its_layer(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    added = door.ok("POST", "checks", {"target": "web-1", "kind": "tcp", "options": {"port": 22}})
    door.ok("POST", "policies", {"selector": "site=hz", "settings": {"interval": "30s"}})
    shown = door.ok("GET", f"checks/{added['id']}")

    assert {"name": "interval", "value": "30s", "layer": "policy 1"} in shown["settings"]
    assert shown["check"]["interval"] == "30s"


def test_a_policy_is_withdrawn_by_its_number(door: Door) -> None:
    door.ok("POST", "policies", {"selector": "*", "settings": {"interval": "30s"}})
    door.ok("DELETE", "policies/1")

    assert door.ok("GET", "policies")["items"] == []


def test_a_credential_is_never_shown(door: Door) -> None:
    made = door.ok("POST", "credentials", {"name": "lab", "kind": "snmp", "fields": {"community": "quite-secret"}})

    assert made["fields"] == {"community": "***"}
    assert "quite-secret" not in door.ask("GET", "credentials").text
    assert "quite-secret" not in door.ask("GET", "audit").text


def test_only_the_agents_own_plan_holds_a_secret(door: Door) -> None:
    agent = enrol(door)
    door.ok("POST", "credentials", {"name": "lab", "kind": "snmp", "fields": {"community": "quite-secret"}})
    door.ok("POST", "targets", {"name": "sw", "address": "192.0.2.2", "snmp": "v2c", "credentials": ["lab"]})
    plan = door.ask_as(agent["token"], "GET", "agents/me/plan")

    assert plan.json()["credentials"]["lab"]["community"] == "quite-secret"
    assert plan.headers["cache-control"] == "no-store"


def test_an_unchanged_plan_is_not_sent_again(door: Door) -> None:
    agent = enrol(door)
    tag = door.ask_as(agent["token"], "GET", "agents/me/plan").headers["etag"]
    again = door.ask_as(agent["token"], "GET", "agents/me/plan", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_a_plan_is_for_its_agent_alone(door: Door) -> None:
    assert door.ask_as("", "GET", "agents/me/plan").status_code == 401
    assert door.ask_as(door.token("admin"), "GET", "agents/me/plan").status_code == 401


def test_a_revoked_agent_gets_no_plan(door: Door) -> None:
    agent = enrol(door)
    door.ok("DELETE", "agents/hub")

    assert door.ask_as(agent["token"], "GET", "agents/me/plan").status_code == 401


def test_an_agent_shows_when_it_last_spoke(door: Door) -> None:
    agent = enrol(door)
    before = door.ok("GET", "agents/hub")
    door.ask_as(agent["token"], "GET", "agents/me/plan")
    after = door.ok("GET", "agents/hub")

    assert (before["state"], before["last_seen"]) == ("waiting", None)
    assert (after["state"], after["last_seen"]) == ("here", START)


def test_no_agent_list_shows_a_token_or_its_hash(door: Door) -> None:
    agent = enrol(door)
    shown = door.ask("GET", "agents").text + door.ask("GET", "audit").text

    assert agent["token"] not in shown
    assert "token_hash" not in shown


def test_a_wrong_join_token_is_refused(door: Door) -> None:
    assert door.ask_as("", "POST", "agents/join", {"token": "nwj_x.y", "name": "a"}).status_code == 401


def test_the_join_line_can_be_pasted(door: Door) -> None:
    made = door.ok("POST", "agents/join-tokens", {"uses": 2, "ttl": "10m", "labels": {"site": "hz"}})

    assert made["line"] == f"curl -fsS http://127.0.0.1:8440/agent/install.sh | sh -s -- {made['token']}"
    assert (made["uses"], made["expires"]) == (2, START + 600_000)


def test_without_a_sign_in_nothing_is_told(door: Door) -> None:
    paths = ("targets", "checks", "agents", "credentials", "users", "audit", "place", "maintenance", "policies")

    answers = {path: door.ask_as("", "GET", path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 401)
    assert answers["targets"].headers["www-authenticate"] == "Bearer"


def test_a_viewer_may_look_and_not_touch(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    token = door.token("viewer")

    assert door.ask_as(token, "GET", "targets").status_code == 200
    assert door.ask_as(token, "POST", "targets", {**WEB, "name": "b"}).status_code == 403
    assert door.ask_as(token, "DELETE", "targets/web-1").status_code == 403
    assert door.ask_as(token, "GET", "users").status_code == 403


def test_a_scope_hides_other_targets(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    door.ok("POST", "targets", {**WEB, "name": "web-2", "labels": {"site": "sh"}})
    token = door.token("viewer", site="sh")

    assert [item["name"] for item in door.ask_as(token, "GET", "targets").json()["items"]] == ["web-2"]
    assert [item["target_name"] for item in door.ask_as(token, "GET", "checks").json()["items"]] == ["web-2"]
    assert door.ask_as(token, "GET", "targets/web-1").status_code == 403


def test_a_scope_hides_mutes_and_agents_of_others(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    door.ok("POST", "targets", {**WEB, "name": "web-2", "labels": {"site": "sh"}})
    for what in ("web-1", "web-2", "site=hz"):
        door.ok("POST", "mutes", {"what": what, "duration": "1h", "reason": "work"})
    for name, site in (("probe-1", "hz"), ("probe-2", "sh")):
        token = door.ok("POST", "agents/join-tokens", {"labels": {"site": site}})["token"]
        door.ok("POST", "agents/join", {"token": token, "name": name})
    token = door.token("viewer", site="sh")

    assert [item["what"] for item in door.ask_as(token, "GET", "mutes").json()["items"]] == ["web-2"]
    assert [item["name"] for item in door.ask_as(token, "GET", "agents").json()["items"]] == ["probe-2"]
    assert door.ask_as(token, "GET", "agents/probe-1").status_code == 403
    assert len(door.ok("GET", "mutes")["items"]) == 3


def test_a_session_asks_by_cookie(door: Door) -> None:
    session = door.session("grace", "quality")

    me = door.ask_as("", "GET", "me", headers={"Cookie": f"{COOKIE}={session}"}).json()
    assert (me["kind"], me["name"], me["role"]) == ("person", "grace", "quality")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "http://collector.test"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://collector.test"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_acts_only_for_our_own_pages(door: Door, headers: dict[str, str], status: int) -> None:
    session = door.session("ada", "admin")
    answer = door.ask_as("", "POST", "targets", WEB, headers={"Cookie": f"{COOKIE}={session}", **headers})

    assert answer.status_code == status


def test_a_second_person_approves_maintenance(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    proposal = {"targets": ["web-1"], "reason": "disk", "start": START + 3_600_000, "duration": "30m"}
    number = door.ok("POST", "maintenance", proposal)["number"]
    cookie = {"Cookie": f"{COOKIE}={door.session('grace', 'quality')}", "Sec-Fetch-Site": "same-origin"}
    approved = door.ask_as("", "POST", f"maintenance/{number}/approve", headers=cookie).json()

    told = (approved["status"], approved["proposed_by"], approved["approved_by"])
    assert told == ("approved", "local", "grace")


def test_a_local_command_cannot_approve(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    proposal = {"targets": ["web-1"], "reason": "disk", "start": START + 3_600_000, "duration": "30m"}
    number = door.ok("POST", "maintenance", proposal)["number"]

    assert door.ask("POST", f"maintenance/{number}/approve").status_code == 403


def test_maintenance_now_runs_at_once(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    made = door.ok("POST", "maintenance", {"targets": ["web-1"], "reason": "disk", "duration": "30m"})

    assert (made["start"], made["end"], made["approved_at"]) == (START + 1, START + 1_800_000, START)


def test_no_window_is_announced_for_a_service_of_others_by_its_id(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    shop = door.ok("POST", "services", {"name": "shop", "needs": {"all_of": ["web-1"]}, "labels": {"site": "hz"}})
    token = door.token("operator", site="sh")

    for name in ("shop", shop["id"]):
        proposal = {"targets": [name], "reason": "disk", "duration": "30m"}
        assert door.ask_as(token, "POST", "maintenance", proposal).status_code == 403


def test_a_scope_keeps_services_to_its_own_parts(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    door.ok("POST", "targets", {**WEB, "name": "web-2", "labels": {"site": "sh"}})
    door.ok("POST", "services", {"name": "shop", "needs": {"all_of": ["web-2"]}, "labels": {"site": "hz"}})
    token = door.token("admin", site="sh")

    def status(name: str, *parts: str) -> int:
        body = {"name": name, "needs": {"all_of": list(parts)}, "labels": {"site": "sh"}}
        return door.ask_as(token, "POST", "services", body).status_code

    assert [status("mine", "web-2"), status("peep", "web-1"), status("shop", "web-2")] == [201, 403, 403]


def test_a_mute_is_listed_until_it_ends(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    number = door.ok("POST", "mutes", {"what": "web-1", "reason": "noise", "duration": "1h"})["number"]
    assert [mute["what"] for mute in door.ok("GET", "mutes")["items"]] == ["web-1"]
    door.ok("DELETE", f"mutes/{number}")

    assert door.ok("GET", "mutes")["items"] == []


def test_a_correction_waits_for_another_person(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    body = {"target": "web-1", "start": START - 7_200_000, "end": START - 3_600_000, "to_class": "excluded"}
    made = door.ok("POST", "corrections", {**body, "reason": "power cut", "responsible": "power"})

    assert (made["status"], made["target"]) == ("proposed", "web-1")


def test_a_new_user_gets_a_link_that_works_once(door: Door) -> None:
    made = door.ok("POST", "users", {"name": "grace", "role": "quality"})
    link = made["link"].partition("link=")[2]

    assert door.house.access.cookie(door.house.access.follow_link(link)).name == "grace"


def test_a_disabled_user_is_gone(door: Door) -> None:
    session = door.session("grace", "viewer")
    door.ok("DELETE", "users/grace")

    assert door.ask_as("", "GET", "me", headers={"Cookie": f"{COOKIE}={session}"}).status_code == 401
    assert door.ok("GET", "users")["items"] == []


def test_people_change_their_own_password_and_nothing_else(door: Door) -> None:
    headers = {"Cookie": f"{COOKIE}={door.session('eve', 'viewer')}", "Sec-Fetch-Site": "same-origin"}

    role = door.ask_as("", "PATCH", "users/eve", {"role": "admin"}, headers=headers)
    password = door.ask_as("", "PATCH", "users/eve", {"password": "a long enough one"}, headers=headers)
    assert (role.status_code, password.status_code) == (403, 200)
    assert door.house.access.sign_in("eve", "a long enough one")


def test_a_token_is_shown_once(door: Door) -> None:
    made = door.ok("POST", "tokens", {"name": "grafana", "role": "viewer"})

    assert door.ask_as(made["token"], "GET", "me").json()["name"] == "grafana"
    assert made["token"] not in door.ask("GET", "tokens").text


def test_the_first_link_is_for_local_commands_alone(door: Door) -> None:
    assert door.ask_as(door.token("admin"), "POST", "sign-in-links").status_code == 403
    assert door.ok("POST", "sign-in-links")["name"] == "admin"


def test_the_trail_is_read_page_by_page_without_a_gap(door: Door) -> None:
    for number in range(4):
        door.ok("POST", "targets", {**WEB, "name": f"t{number}"})
    whole = door.ok("GET", "audit")["items"]
    pieces, cursor = [], ""
    while cursor is not None:
        page = door.ok("GET", f"audit?limit=3{cursor and '&cursor=' + cursor}")
        pieces += page["items"]
        cursor = page["next"]

    assert pieces == whole
    assert len(whole) == 8


def test_the_document_tells_every_door(door: Door) -> None:
    document = door.ask_as("", "GET", "openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert "post" in document["paths"]["/api/v1/targets"]
    assert "dry_run" in json.dumps(document["components"])


def test_calendars_agreements_and_services_are_kept(door: Door) -> None:
    door.ok("POST", "targets", WEB)
    door.ok("POST", "calendars", {"name": "office", "tz": "Asia/Shanghai", "weekly": {"mon-fri": ["09:00-18:00"]}})
    door.ok("POST", "agreements", {"name": "gold", "calendar": "office"})
    door.ok("POST", "services", {"name": "web", "needs": {"any_of": ["web-1"]}})

    names = [door.ok("GET", noun)["items"][0]["name"] for noun in ("calendars", "agreements", "services")]
    assert names == ["office", "gold", "web"]
    assert door.ok("GET", "services/web")["needs"] == {"any_of": ["web-1"]}
    assert door.ask("DELETE", "calendars/office").status_code == 409


def test_wheels_are_served_from_their_folder_and_nothing_else_is(door: Door) -> None:
    folder = door.house.settings.wheel_folder
    folder.mkdir()
    (folder / "nineward-1-py3-none-any.whl").write_bytes(b"wheel")
    (folder.parent / "secret.whl").write_bytes(b"secret")

    assert door.ask_as("", "GET", "/agent/wheels").text == "nineward-1-py3-none-any.whl\n"
    assert door.ask_as("", "GET", "/agent/wheels/nineward-1-py3-none-any.whl").content == b"wheel"
    assert door.ask_as("", "GET", "/agent/wheels/..%2fsecret.whl").status_code == 404


def test_the_install_script_is_a_script(door: Door) -> None:
    script = door.ask_as("", "GET", "/agent/install.sh").text

    process = asyncio.run(checked(script))
    assert process == 0


async def checked(script: str) -> int:
    """The exit code of a shell that only reads the script."""
    shell = await asyncio.create_subprocess_exec("sh", "-n", stdin=asyncio.subprocess.PIPE)
    await shell.communicate(script.encode())
    return shell.returncode or 0


def test_health_needs_no_sign_in_and_metrics_do(door: Door) -> None:
    assert door.ask_as("", "GET", "/healthz").status_code == 200
    assert door.ask_as("", "GET", "/readyz").status_code == 200
    assert door.ask_as("", "GET", "/metrics").status_code == 401
    assert "nineward_targets 0" in door.ask_as(door.token("viewer"), "GET", "/metrics").text
