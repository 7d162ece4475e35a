"""A house that serves two customers: devices that fail, windows, corrections, mutes and incidents of both, by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.app import House, open_house
from collector.intake import AgentIdentity
from collector.reports.archive import Archive
from collector.reports.edition import Edition, edition
from collector.settings import Settings
from collector.specs import (
    CorrectionSpec,
    JoinSpec,
    JoinTokenSpec,
    MaintenanceSpec,
    MuteSpec,
    ServiceSpec,
    TargetSpec,
)
from collector.store import checks, targets
from rules.incident import Verb
from rules.period import local, month
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.api.asking import Door
from tests.collector.api.test_incidents import opened
from tests.collector.rooms import ADMIN, SECOND, START, GivenClock
from tests.collector.watched import KINDS, MINUTE

TZ = "Asia/Shanghai"
MONTH = f"{local(START, TZ):%Y-%m}"
END = month(MONTH, TZ).end
FROZEN = END + 60 * 60 * MINUTE
HOUR = 60 * MINUTE

ACME = ("shop-1", "shop-2")
BETA = ("beta-1",)
DOWN = {"shop-1": range(20, 30), "beta-1": range(40, 60), "shop-2": range(0), "core-1": range(0)}
LABELS = {
    "shop-1": {"customer": "acme", "owner": "olga"},
    "shop-2": {"customer": "acme"},
    "beta-1": {"customer": "beta"},
}
PERSONS = ("ada", "grace", "u_admin", "u_second", "wei", "olga", "olga@acme.example")


@contextmanager
def serving(folder: Path, settings: Settings | None = None) -> Iterator[Door]:
    """Such a house, which decides nothing by itself, and its doors."""
    clock = GivenClock()
    found = (settings or Settings(key=folder / "key")).at(folder / "data")
    with open_house(found, clock, deciding=False) as house:
        made = Door(house, clock)
        serve(made)
        yield made


def serve(door: Door) -> House:
    """Two hours from START in which one device of each customer fails; the clock stands a minute after their end."""
    house = door.house
    registry = house.registry
    _, token = registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
    joined = registry.agents.join(
        JoinSpec(token, name="beta-probe", machine_id="m1", machine_boot="k1", kinds=KINDS), "192.0.2.9"
    )
    registry.add_target(TargetSpec("core-1", "192.0.2.1", in_service_from=START), ADMIN)
    for place, name in enumerate((*ACME, *BETA), start=2):
        spec = TargetSpec(name, f"192.0.2.{place}", labels=LABELS[name], parents=("core-1",), in_service_from=START)
        registry.add_target(spec, ADMIN)
    for name, customer in (("typo-acme", "acme"), ("typo-beta", "beta")):
        registry.add_target(TargetSpec(name, "192.0.2.250", labels={"customer": customer}), ADMIN)
    registry.agreements.set_service(ServiceSpec("portal", {"all_of": list(ACME)}), ADMIN)
    registry.agreements.set_service(ServiceSpec("desk", {"all_of": list(BETA)}, labels={"customer": "beta"}), ADMIN)
    _look(door, AgentIdentity(joined.agent.id, joined.agent.number))
    _lay_over(door)
    _open(door)
    door.clock.at += MINUTE
    return house


def _look(door: Door, agent: AgentIdentity) -> None:
    house = door.house
    door.clock.at = START + 120 * MINUTE
    boot_at = START - 86_400_000
    with house.state.read() as tx:
        handles = {name: checks.of_target(tx, targets.resolve(tx, name).id)[0].handle for name in DOWN}
    results = [
        Result(
            handle, MINUTE, -1, START + minute * MINUTE - boot_at,
            Reading(Outcome.FAILED if minute in DOWN[name] else Outcome.OK, {}, ""),
        )
        for minute in range(120)
        for name, handle in handles.items()
    ]  # fmt: skip
    header = Header(agent.id, "b1", 1, sent_mono=float(door.clock.at - boot_at), sent_wall=door.clock.at)
    house.intake.submit_batch(encode(header, results), agent, door.clock.at).result(10)
    assert house.fold.wait_for(house.log.head()[0])


def _lay_over(door: Door) -> None:
    overlays, now = door.house.registry.overlays, door.clock.at
    for names, start in ((("shop-2", "beta-1"), HOUR), (("beta-1",), 3 * HOUR), (("core-1",), 5 * HOUR)):
        spec = MaintenanceSpec(
            names, "the roof", start=now + start, end=now + start + HOUR, with_dependents=names == ("core-1",)
        )
        window = overlays.announce(spec, ADMIN).maintenance
        overlays.approve_maintenance(window.number, SECOND)
    for name in ("shop-1", "beta-1"):
        wrong = CorrectionSpec(name, START + 20 * MINUTE, START + 25 * MINUTE, "excluded", "ask olga@acme.example")
        overlays.approve_correction(overlays.propose(wrong, ADMIN).number, SECOND)
    for what in ("shop-1", "beta-1", "customer=*"):
        overlays.mute(MuteSpec(what, "known", duration="1h"), ADMIN)


def _open(door: Door) -> None:
    house = door.house
    for key, name in (("i_acme", "shop-1"), ("i_beta", "beta-1")):
        with house.state.read() as tx:
            target = targets.resolve(tx, name).id
        opened(door, target, key, summary=f"{name} is down", text=f"{name} is down")
    for number in ("INC-2026-000001", "INC-2026-000002"):
        house.incidents.act(number, Verb.START, ADMIN)
        house.incidents.act(number, Verb.RESOLVE, ADMIN)
        house.follow_up.cause(number, ADMIN, "a fan", area="tool", code="device", whys=("dust",))
        house.follow_up.add_action(number, ADMIN, kind="corrective", what="a new fan", owner="wei", due=FROZEN)
        house.follow_up.called_back(number, ADMIN, reached=True)
    for name, words in (("shop-1", "ask olga@acme.example"), ("beta-1", "again"), ("", "the beta hot line")):
        door.ok("POST", "complaints", {"text": words, "by": "olga", "about": name})
    house.follow_up.answer(house.follow_up.links.token("i_acme"), 2, solved=True, text="ask olga@acme.example")


def of(house: House, *, service: str = "", select: str = "") -> Edition:
    """An edition by what people call it."""
    with house.state.read() as tx:
        found = edition(tx, service, select)
    assert found is not None
    return found


def issue(archive: Archive, at: Edition | None, kind: str = "month", name: str = MONTH) -> str:
    """The id of a report issued now."""
    return archive.issue(kind, name, TZ, ADMIN, edition=at).id
