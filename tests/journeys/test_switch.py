"""A switch, from the search for it to a wrong password: whatever breaks is told as what it is, once, and no more."""

import contextlib
import http.client
import json
import time
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from collector.client import Client
from collector.decode import decode
from collector.local_socket import SOCKET
from collector.store.log import Log
from rules.errors import NinewardError
from rules.result import Outcome
from rules.wire import OUTCOMES
from tests.journeys.lab import Lab, lab, needs_namespaces
from tests.journeys.product import Product
from tests.journeys.receiver import Delivery, Receiver, wait_for
from tests.journeys.switch import AUTH, PRIV, USER, Switch, needs_snmp, switch

ADDRESS = "10.77.0.7"
NAME = "access-7"
PORTS = {"uplink1": "uplink to core-1", "uplink2": "上联 汇聚", "server1": "db-1", "desk1": ""}
PARTS = ("interface[uplink1]", "interface[uplink2]")
CHECKS = ("ping", "snmp", *PARTS)
PORT = 8441
TRAPS = "10.76.0.1:1162"
SECRETS = {"AUTH": AUTH, "PRIV": PRIV, "FORMER": "the-password-before", "DESK": "whsec_" + "A" * 32}
QUICK = ("interval=2s", "retry_interval=1s", "timeout=1s", "confirm_down=3", "confirm_up=2")
SLOW_MS = 300_000
"""An interval so long that only a trap can have been the reason of a look."""

pytestmark = [needs_namespaces, needs_snmp, pytest.mark.xdist_group("journey")]


def now() -> int:
    return time.time_ns() // 1_000_000


class Scene:
    """The switch, the product that watches it and the desk that gets the tickets, as their user sees them."""

    def __init__(self, network: Lab, folder: Path, stack: contextlib.ExitStack) -> None:
        self.switch: Switch = stack.enter_context(switch(network, ADDRESS, PORTS, folder / "switch"))
        self.desk = Receiver(network.socket("127.0.0.1"))
        stack.callback(self.desk.close)
        self.product = Product(network, folder, PORT, SECRETS)
        stack.callback(self.product.close)
        self.agent_settings = self.product.data / "agent" / "agent.toml"
        self.agent_settings.parent.mkdir()
        self.agent_settings.write_text(f'[traps]\nlisten = "{TRAPS}"\n')
        (self.product.data / "nineward.toml").write_text(
            '[tickets.desk]\nkind = "webhook"\nsecret = { env = "DESK" }\n'
            f'url = "http://127.0.0.1:{self.desk.port}/"\n'
        )
        self._client = Client(socket_path=self.product.data / SOCKET)
        stack.callback(self._client.close)

    def snmp(self, *arguments: str, code: int = 0) -> str:
        """What ``nineward-agent snmp ARGUMENTS`` prints."""
        return self.product.run("agent", "snmp", *arguments, "--config", str(self.agent_settings), code=code)

    @property
    def state(self) -> str:
        """How the switch is."""
        return str(self._client.get(f"targets/{NAME}")["state"])

    @property
    def looks(self) -> dict[str, dict[str, Any]]:
        """The latest look of each check of the switch."""
        return {look["check"]: look for look in self._client.get(f"targets/{NAME}/last")["items"]}

    @property
    def outcomes(self) -> dict[str, str]:
        return {check: look["outcome"] for check, look in self.looks.items()}

    @property
    def incidents(self) -> list[tuple[str, str]]:
        """State and title of every incident, the oldest first."""
        listed = sorted(self._client.every("incidents"), key=lambda row: str(row["number"]))
        return [(row["state"], row["title"]) for row in listed]

    def said(self, since: int) -> list[str]:
        """What every look of the switch since that instant (ms UTC) said, in words."""
        asked = {"from": since, "to": now() + 1}
        return [one["text"] for one in self._client.get(f"targets/{NAME}/samples", **asked)["items"]]

    def look(self) -> None:
        """What the button of its page does."""
        self._client.post(f"targets/{NAME}/look")

    def tickets(self, event: str) -> list[Delivery]:
        return self.desk.told(event)

    def wait(self, what: str, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for something; a failure shows what the user sees instead."""

        def holds() -> bool:
            with contextlib.suppress(NinewardError):
                return condition()
            return False

        wait_for(what, holds, seconds, lambda: (self.state, self.looks, self.incidents))

    def wait_for_looks(self, what: str, outcomes: Mapping[str, str]) -> None:
        self.wait(what, lambda: self.outcomes == outcomes)

    def page(self, language: str) -> str:
        """The switch's page, in a language, as somebody who has signed in gets it."""
        link = urllib.parse.urlsplit(self.product.tell("user", "link", "admin").strip())
        browser = http.client.HTTPConnection("127.0.0.1", PORT)
        browser.sock = self.product.lab.connection("127.0.0.1", PORT)
        with contextlib.closing(browser):
            form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
            browser.request("POST", "/sign-in", link.query, form)
            entered = browser.getresponse()
            entered.read()
            session = str(entered.getheader("Set-Cookie")).partition(";")[0]
            key = self._client.get(f"targets/{NAME}")["id"]
            browser.request("GET", f"/targets/{key}", headers={"Cookie": session, "Accept-Language": language})
            return browser.getresponse().read().decode()


WELL = dict.fromkeys(CHECKS, "ok")


def test_what_happens_to_a_switch_is_told_as_what_it_is(tmp_path: Path) -> None:
    """Find a switch, accept it; then break a port, shut one, restart its SNMP agent, stop it, forget the password."""
    with contextlib.ExitStack() as stack:
        scene = Scene(stack.enter_context(lab([ADDRESS])), tmp_path, stack)
        scene.product.up()
        find_and_accept(scene, tmp_path / "found.json")
        a_cable_is_pulled(scene)
        a_port_is_shut(scene)
        a_trap_tells_of_a_fault(scene)
        the_snmp_agent_restarts(scene)
        the_snmp_agent_stops(scene)
        the_password_is_wrong(scene)
        nothing_else_was_ever_told(scene)


def find_and_accept(scene: Scene, file: Path) -> None:
    """From an address range to a target that is up, with the ports that matter."""
    product = scene.product
    wait_for("the collector answers", lambda: (product.data / SOCKET).exists(), 60)
    product.tell("policy", "add", "*", *QUICK)
    product.tell("credential", "add", "lab", "--user", USER, "--auth", "sha256:env:AUTH", "--priv", "aes128:env:PRIV")
    way = ("--v3", USER, "--auth", "sha256:env:AUTH", "--priv", "aes128:env:PRIV", "--as-credential", "lab")
    told = scene.snmp("discover", "10.77.0.0/28", *way, "--out", str(file))
    assert "called 'uplink to core-1'" in told
    (found,) = json.loads(file.read_text())["targets"]
    assert (found["name"], found["address"], found["credentials"]) == (NAME, ADDRESS, ["lab"])
    assert [check["part"] for check in found["checks"] if check["kind"] == "interface"] == ["uplink1", "uplink2"]

    assert product.ask("target", "import", str(file), "--dry-run")["added"] == [NAME]
    assert NAME not in {row["name"] for row in product.ask("target", "list")}
    product.tell("target", "import", str(file))
    assert product.ask("target", "import", str(file))["unchanged"] == [NAME]
    product.tell("target", "set", NAME, "--priority", "urgent")
    scene.wait("the switch and its ports are up", lambda: scene.state == "up" and scene.outcomes == WELL, 60)
    watched = {part["name"] for part in product.ask("target", "parts", NAME) if part["watched"]}
    assert watched == {"uplink1", "uplink2"}


def a_cable_is_pulled(scene: Scene) -> None:
    """One incident and one ticket about that port, and their end."""
    scene.switch.pull("uplink1")
    scene.wait("a ticket about the port", lambda: len(scene.tickets("opened")) == 1)
    assert scene.incidents == [("open", f"{NAME}: interface[uplink1] fails")]
    assert scene.state == "degraded"
    body = scene.tickets("opened")[0].body
    assert body["check"]["name"] == "interface[uplink1]"
    assert "interface[uplink1] fails: down, for" in body["text"]
    assert "(uplink to core-1)" in body["text"]
    assert scene.outcomes == WELL | {"interface[uplink1]": "failed"}
    scene.switch.plug("uplink1")
    scene.wait("the ticket hears of its end", lambda: len(scene.tickets("resolved")) == 1)
    scene.wait("the switch is up", lambda: scene.state == "up")
    assert scene.incidents == [("resolved", f"{NAME}: interface[uplink1] fails")]


def a_port_is_shut(scene: Scene) -> None:
    """What its administrator took down is no fault."""
    scene.switch.shut("uplink2")
    shut = "taken down by an administrator"
    scene.wait("the port is seen shut", lambda: scene.looks["interface[uplink2]"]["text"] == shut)
    assert (scene.outcomes, scene.state) == (WELL, "up")
    parts = {part["name"]: part["state"] for part in scene.product.ask("target", "parts", NAME)}
    assert (parts["uplink1"], parts["uplink2"]) == ("up", "off")
    scene.switch.unshut("uplink2")
    scene.wait("the port is seen open", lambda: scene.looks["interface[uplink2]"]["text"] == "")


def a_trap_tells_of_a_fault(scene: Scene) -> None:
    """A fault is found at once though the next look is minutes away; the trap is there to be read."""
    product = scene.product
    slow = product.ask("policy", "add", "kind=server", f"interval={SLOW_MS // 1000}s")
    changed = now()
    wait_for("the agent looks seldom", lambda: intervals(product) == {SLOW_MS}, 30)
    scene.look()
    scene.wait("what was asked for is looked at", lambda: all(one["at"] > changed for one in scene.looks.values()))

    scene.switch.pull("uplink1")
    scene.switch.tell("uplink1", TRAPS)
    scene.wait("the fault is found", lambda: len(scene.tickets("reopened")) == 1)
    assert scene.incidents == [("open", f"{NAME}: interface[uplink1] fails")]
    assert now() - changed < SLOW_MS / 4
    (trap,) = product.ask("trap", "list", "--target", NAME)
    assert (trap["name"], trap["version"], trap["source"]) == ("IF-MIB::linkDown", "v3", ADDRESS)
    assert [value for name, value in trap["bindings"] if name.startswith("IF-MIB::ifName.")] == ["uplink1"]
    for language, title in (("en", "What the device said of itself"), ("zh-CN", "设备自身的通告")):
        page = scene.page(language)
        assert title in page
        assert "IF-MIB::linkDown" in page

    scene.switch.plug("uplink1")
    product.tell("policy", "remove", str(slow["number"]))
    scene.wait("its end is told", lambda: len(scene.tickets("resolved")) == 2)


def intervals(product: Product) -> set[int]:
    """How often, in ms, the agent looks at the switch, by the plan that it follows."""
    plan = json.loads((product.data / "agent" / "plan.json").read_text())
    return {check["interval_ms"] for check in plan["checks"] if check["address"] == ADDRESS}


def the_snmp_agent_restarts(scene: Scene) -> None:
    """A restart of the SNMP agent is no restart of the switch, and no fault."""
    scene.wait("looks are frequent again", lambda: scene.state == "up" and scene.outcomes == WELL)
    since = now()
    scene.switch.stop()
    scene.switch.start()
    # One look alone tells it, and the next may come together with it.
    scene.wait("the restart is told", lambda: any("its SNMP agent restarted" in said for said in scene.said(since)))
    scene.wait("all goes on", lambda: scene.state == "up" and scene.outcomes == WELL)


def the_snmp_agent_stops(scene: Scene) -> None:
    """The switch lives, only nobody can ask it: one incident about that, none about its ports."""
    scene.switch.stop()
    silent = f"{NAME}: the management path (snmp) does not answer"
    scene.wait("a ticket about the management path", lambda: len(scene.tickets("opened")) == 2)
    assert [title for state, title in scene.incidents if state == "open"] == [silent]
    assert scene.state == "degraded"
    scene.wait_for_looks("ports nobody can see", {"ping": "ok", "snmp": "failed"} | dict.fromkeys(PARTS, "error"))
    scene.switch.start()
    scene.wait("its end is told", lambda: len(scene.tickets("resolved")) == 3)
    scene.wait("all is well", lambda: scene.state == "up" and scene.outcomes == WELL)


def the_password_is_wrong(scene: Scene) -> None:
    """Nothing is down because we have the wrong password; the reason is said, and the doctor finds it."""
    former = ("--user", USER, "--auth", "sha256:env:FORMER", "--priv", "aes128:env:PRIV")
    scene.product.tell("credential", "add", "former", *former)
    scene.product.tell("target", "set", NAME, "--credential", "former")
    scene.wait_for_looks("nothing can be read", {"ping": "ok"} | dict.fromkeys(CHECKS[1:], "error"))
    for check in CHECKS[1:]:
        assert "wrong authentication key" in scene.looks[check]["text"]
    assert scene.state == "up"
    diagnosis = scene.snmp("doctor", ADDRESS, "--credential", "former", code=1)
    assert "The authentication key is wrong" in diagnosis
    assert SECRETS["FORMER"] not in diagnosis
    scene.product.tell("target", "set", NAME, "--credential", "lab")
    scene.wait_for_looks("all can be read again", WELL)


def nothing_else_was_ever_told(scene: Scene) -> None:
    """Three faults, of two things; not one look said that the switch or its other port was down."""
    assert scene.incidents == [
        ("resolved", f"{NAME}: interface[uplink1] fails"),
        ("resolved", f"{NAME}: the management path (snmp) does not answer"),
    ]
    assert [len(scene.tickets(event)) for event in ("opened", "reopened", "resolved")] == [2, 1, 3]
    assert scene.product.ask("outages", "--from", "2026-01-01", "--to", "2036-01-01") == []
    names = {row["handle"]: row["name"] for row in scene.product.ask("check", "list") if row["target_name"] == NAME}
    assert failed(scene.product.data / "log", names) == {"interface[uplink1]", "snmp"}


def failed(folder: Path, names: Mapping[int, str]) -> set[str]:
    """The checks of which some look, ever, was a failure."""
    log = Log(folder)
    with contextlib.closing(log):
        batches = [decode(entry.body) for entry in log.read(0) if entry.kind == "batch"]
    return {
        names[handle]
        for batch in batches
        for handle, outcome in zip(batch.handle.tolist(), batch.outcome.tolist(), strict=True)
        if handle in names and OUTCOMES[outcome] is Outcome.FAILED
    }
