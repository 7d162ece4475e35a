"""Every command against a running collector, over its local socket, as a user types it."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import cli
from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from collector.store import incidents, targets
from rules.period import local, year
from tests.collector.watched import house_watched

LISTS = (
    "target list",
    "check list",
    "check list core-1",
    "target parts core-1",
    "policy list",
    "credential list",
    "agent list",
    "user list",
    "token list",
    "mute list",
    "maintenance list",
    "maintenance list --past",
    "correction list",
    "incident list",
    "report list",
    "service list",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A collector with one watched target that failed for ten minutes, on a folder of its own."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        house_watched(made, "core-1")
        yield made


class Shell:
    """Runs commands in this process and hands back what they printed."""

    def __init__(self, data: Path, capture: pytest.CaptureFixture[str]) -> None:
        self._data = data
        self._capture = capture

    def __call__(self, line: str, *more: str, code: int = 0) -> str:
        self._capture.readouterr()
        answered = cli.main(["--data", str(self._data), *line.split(), *more])
        said = self._capture.readouterr()
        assert answered == code, said.err
        return said.out if code != 2 else said.err

    def json(self, line: str, *more: str, code: int = 0) -> Any:
        return json.loads(self(line, *more, "--json", code=code))


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(house.settings.data, capsys)


@pytest.mark.parametrize("line", LISTS)
def test_a_list_for_programs_is_one_document(shell: Shell, line: str) -> None:
    assert isinstance(shell.json(line), list)


@pytest.mark.parametrize("line", LISTS)
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_list_for_people_says_something(shell: Shell, line: str, lang: str) -> None:
    assert shell(line, "--lang", lang).strip()


def test_a_target_is_added_changed_shown_and_retired(shell: Shell) -> None:
    shell("target add web https://example.invalid/ --label site=hz --priority urgent --parent core-1")
    shell("target set web --rename portal --label room=3")

    shown = shell.json("target show portal")
    assert shown["labels"] == {"site": "hz", "room": "3"}
    assert {check["kind"]: check["vital"] for check in shown["checks"]} == {"http": True, "tls": False}
    assert "portal" in shell("target show portal --lang zh-CN")

    shell("target remove portal")
    assert "portal" not in {target["name"] for target in shell.json("target list")}


def test_the_same_import_twice_changes_nothing_the_second_time(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["name", "address", "label"], ["接入-1", "192.0.2.21", "site=hz"]])

    assert shell.json("target import", str(path), "--dry-run")["added"] == ["接入-1"]
    assert shell.json("target import", str(path))["added"] == ["接入-1"]
    assert shell.json("target import", str(path))["unchanged"] == ["接入-1"]


def test_several_ports_are_accepted_at_once(shell: Shell) -> None:
    added = shell.json("check add core-1 interface Gi1/0/1 1.10")["items"]

    assert [(check["name"], check["vital"]) for check in added] == [
        ("interface[Gi1/0/1]", False),
        ("interface[1.10]", False),
    ]
    for check in added:
        shell(f"check remove {check['id']}")


def test_a_port_named_like_a_number_keeps_its_name(shell: Shell) -> None:
    added = shell.json("check add core-1 interface --option name=1.10")

    assert added["options"]["name"] == "1.10"
    shell(f"check remove {added['id']}")


def test_a_check_is_added_with_settings_and_tells_their_layers(shell: Shell) -> None:
    added = shell.json("check add core-1 tcp --option port=22 --set interval=30s --not-vital")

    rows = {row["name"]: row["layer"] for row in shell.json(f"check show {added['id']}")["settings"]}
    assert rows["interval"] == "check"
    assert "check" in shell(f"check show {added['id']}")
    shell(f"check remove {added['id']}")


def test_a_policy_reaches_its_targets_and_can_be_withdrawn(shell: Shell) -> None:
    number = shell.json("policy add kind=host confirm_down=4")["number"]

    assert shell.json("policy list")[-1]["settings"] == {"confirm_down": 4}
    shell(f"policy remove {number}")


@pytest.mark.parametrize(
    "line", ["policy remove", "mute end", "maintenance approve", "maintenance cancel", "correction approve"]
)
def test_what_has_a_number_is_not_found_by_a_word(shell: Shell, capsys: pytest.CaptureFixture[str], line: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        shell(f"{line} first")

    assert "argument N: invalid int value: 'first'" in capsys.readouterr().err


def test_a_credential_is_kept_and_never_shown(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", "s3cret")
    shell("credential add lab --community env:COMMUNITY")

    assert "s3cret" not in shell("credential list", "--json")
    shell("credential remove lab")


def test_a_literal_community_is_refused(shell: Shell) -> None:
    assert "s3cret" not in shell("credential add lab --community s3cret", code=2)


def test_a_join_token_comes_as_a_line_to_paste(shell: Shell) -> None:
    assert "install.sh" in shell("agent join-token --uses 3 --ttl 2h --label site=hz")


def test_a_person_gets_a_link_and_can_be_disabled(shell: Shell) -> None:
    assert "sign-in" in shell("user add ada --role operator --scope site=hz")
    assert "sign-in" in shell("user link ada")
    shell("user disable ada")


def test_a_token_is_shown_once(shell: Shell) -> None:
    token = shell("token add ci --role viewer").strip()

    assert token not in shell("token list", "--json")
    shell("token revoke ci")


def test_a_mute_holds_until_it_is_ended(shell: Shell) -> None:
    number = shell.json("mute add core-1 --for 2h --reason", "known fault")["number"]

    assert number in {mute["number"] for mute in shell.json("mute list")}
    shell(f"mute end {number}")


def test_maintenance_from_now_is_approved_at_once(shell: Shell) -> None:
    added = shell.json("maintenance add core-1 --for 30m --reason fan")

    assert added["approved_at"] is not None
    shell(f"maintenance cancel {added['number']}")


def test_maintenance_needs_an_end_or_a_length(shell: Shell) -> None:
    assert "--for" in shell("maintenance add core-1 --reason fan", code=2)


def test_a_local_command_cannot_approve(shell: Shell) -> None:
    number = shell.json("correction propose core-1 --from 2026-01-01 --to 2026-01-02 --class excluded --reason x")[
        "number"
    ]

    assert "signed in" in shell(f"correction approve {number}", code=2)


def test_figures_outages_and_explanation_agree(shell: Shell, house: House) -> None:
    with house.state.read() as tx:
        began = targets.resolve(tx, "core-1").in_service_from
    assert began is not None
    period = ("--from", str(began), "--to", str(house.clock.now() - 1000))

    figures = shell.json("availability core-1", *period)
    (outage,) = shell.json("outages core-1", *period)
    explained = shell.json("explain core-1", str(outage["start"] + 1000))

    assert figures["objects"][0]["down_ms"] == outage["end"] - outage["start"] == 600_000
    assert explained["state"] == "down"
    assert explained["stretch"] == [outage["start"], outage["end"]]
    assert "core-1" in shell("availability core-1", *period, "--lang", "zh-CN")
    assert "core-1" in shell("outages core-1", *period)
    assert "said failed" in shell("explain core-1", str(outage["start"] + 1000))


@pytest.fixture
def fault(house: House) -> str:
    """The number of the incident about the ten minutes; the decision stage is a thread of its own."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with house.state.read() as tx:
            found = incidents.page(tx)
        if found:
            return found[0].name
        time.sleep(0.02)
    raise AssertionError("no incident was opened for the outage")


def test_an_incident_is_acknowledged_started_paused_and_commented(shell: Shell, fault: str) -> None:
    shell(f"incident reopen {fault}")
    shell(f"incident ack {fault}")
    shell(f"incident start {fault}")
    shell(f"incident pause {fault} --for part")
    shell(f"incident resume {fault}")
    shell(f"incident comment {fault}", "the fan is ordered")

    shown = shell.json(f"incident show {fault}")
    assert shown["state"] == "started"
    assert [event["kind"] for event in shown["events"]][-5:] == ["ack", "start", "pause", "resume", "comment"]
    assert "the fan is ordered" in shell(f"incident show {fault} --lang zh-CN")
    assert fault in {row["number"] for row in shell.json("incident list --state started")}


def test_the_latest_answers_decide_the_exit_code_of_a_test(shell: Shell) -> None:
    assert "ok" in shell("target test core-1")
    shell("target add silent 192.0.2.99")
    shell("target test silent", code=1)


def test_a_report_is_written_listed_and_verified(shell: Shell, tmp_path: Path, house: House) -> None:
    from rules.period import local

    name = local(house.clock.now() - 2 * 3_600_000, "Asia/Shanghai").strftime("%Y-%m")

    issued = shell.json(f"report month {name} --lang zh-CN --out", str(tmp_path))

    assert {Path(path).suffix for path in issued["files"]} == {".html", ".json", ".zip"}
    assert issued["id"] in {report["id"] for report in shell.json("report list")}
    for path in issued["files"]:
        if not path.endswith(".zip"):
            assert shell.json("report verify", path)["verdict"] == "holds"


def test_a_file_in_whose_place_a_report_comes_is_named(shell: Shell, tmp_path: Path, house: House) -> None:
    from rules.period import local

    name = local(house.clock.now() - 2 * 3_600_000, "Asia/Shanghai").strftime("%Y-%m")
    there = tmp_path / f"nineward-{name}.html"
    there.write_text("mine")

    said = shell(f"report month {name} --format json,html --out", str(tmp_path))

    told = [line.strip() for line in said.splitlines() if "something else" in line]
    assert told == [f"{there} (in the place of one that said something else)"]
    assert there.read_text() != "mine"


def test_an_edition_is_written_under_its_own_name_listed_and_told_of(
    shell: Shell, tmp_path: Path, house: House
) -> None:
    from rules.period import local

    name = local(house.clock.now() - 2 * 3_600_000, "Asia/Shanghai").strftime("%Y-%m")

    issued = shell.json(f"report month {name} --select name=core-* --format json --out", str(tmp_path))

    assert [Path(path).name for path in issued["files"]] == [f"nineward-{name}-name=core.json"]
    assert issued["edition"] == {"name": "name=core-*", "service": "", "selector": "name=core-*"}
    assert [row["id"] for row in shell.json("report list --select name=core-*")] == [issued["id"]]
    assert "name=core-*" in shell("report list")
    assert "There is no service 'portl'" in shell(f"report month {name} --service portl", code=2)
    assert "next report" in shell("report statement", issued["id"], "a calm month")
    assert "The report as a whole: a calm month" in shell("report remarks", issued["id"])


def test_a_changed_report_is_broken_with_exit_code_1(shell: Shell, tmp_path: Path, house: House) -> None:
    from rules.period import local

    name = local(house.clock.now() - 2 * 3_600_000, "Asia/Shanghai").strftime("%Y-%m")
    (path,) = shell.json(f"report month {name} --format json --out", str(tmp_path))["files"]
    Path(path).write_text(
        Path(path).read_text(encoding="utf-8").replace('"down_ms":600000', '"down_ms":0'), encoding="utf-8"
    )

    assert "broken" in shell("report verify", path, code=1)


def test_only_a_report_that_holds_has_exit_code_0(shell: Shell, tmp_path: Path, house: House) -> None:
    from collector.reports.formats.json import render
    from collector.reports.seal import seal

    forged = tmp_path / "forged.json"
    forged.write_bytes(render(seal({"hello": "world"}, {"first": 0, "last": 1, "head": ""}), "en"))

    assert "it was not issued here" in shell("report verify", str(forged), code=1)


def test_rebuild_finds_nothing(shell: Shell) -> None:
    assert shell.json("rebuild")["differences"] == []
    assert "没有差异" in shell("rebuild --lang zh-CN")


def test_what_does_not_exist_is_exit_code_2(shell: Shell) -> None:
    assert "nowhere" in shell("target show nowhere", code=2)


def test_without_a_collector_the_command_opens_the_folder_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nineward.toml").write_text(f'key = "{tmp_path / "key"}"\n', encoding="utf-8")
    alone = Shell(tmp_path, capsys)

    alone("target add core-1 192.0.2.1")

    assert [target["name"] for target in alone.json("target list")] == ["core-1"]


def test_a_service_is_made_shown_measured_and_retired(shell: Shell) -> None:
    shell("service add shop --all-of core-1 core-1/ping --label team=web")

    shown = shell("service show shop")
    assert "all_of(core-1, core-1/ping)" in shown
    assert "Up" in shown
    now = int(time.time() * 1000)
    document = json.loads(shell(f"availability shop --from {now - 60_000} --to {now} --json"))
    assert [(entry["name"], entry["kind"]) for entry in document["objects"]] == [("shop", "service")]
    shell("service remove shop")
    assert "No service yet" in shell("service list")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--of", "core-1"), "--at-least goes with"),
        (("--all-of", "core-1", "--at-least", "2"), "--at-least goes with"),
        (("--of", "core-1", "--at-least", "1.5"), "must be a whole number"),
        (("--carried-by", "core-1", "--at-least", "1"), "expected PART=AMOUNT"),
        (("--carried-by", "core-1=100", "--at-least", "200"), "min is more than all of them carry"),
        (("--needs", "{"), "is not JSON"),
        (("--needs", "[]"), "expected an object"),
        (("--all-of", "nobody"), "there is no target, check or service 'nobody'"),
    ],
)
def test_what_is_no_service_is_refused_in_words(shell: Shell, words: tuple[str, ...], told: str) -> None:
    assert told in shell("service add odd", *words, code=2)


def test_a_period_by_its_name_and_groups_by_a_label(shell: Shell, house: House) -> None:
    named = local(house.clock.now(), "UTC").strftime("%Y")

    figures = shell.json(f"availability --period {named} --tz UTC --group site")

    assert figures["period"]["from"] == year(named, "UTC").start
    assert figures["groups"][0]["down_ms"] == figures["fleet"]["down_ms"]
    assert "site: without" in shell(f"availability --period {named} --tz UTC --group site")


def test_a_period_and_a_start_cannot_both_be_given(shell: Shell) -> None:
    with pytest.raises(SystemExit):
        shell("availability --period 2026-10 --from 2026-10-01", code=2)


def test_maintenance_that_comes_again_is_announced_and_listed(shell: Shell) -> None:
    added = shell.json(
        "maintenance add core-1 --from 2099-01-03T22:00 --for 2h --every week --until 2099-02-01 --reason", "patches"
    )

    assert (added["every"], added["next"]) == ("week", [added["start"], added["end"]])
    assert "each week" in shell("maintenance list")
    shell(f"maintenance cancel {added['number']}")
