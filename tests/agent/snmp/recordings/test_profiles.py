"""What profiles of servers, storage, power, sensors, printers and hosts read from recorded devices.

Each fact of the index must be what a component says. Which component says it is found by taking the object away: it is
the one that changes then; of an object that tells a state, by letting it tell a fault as well. What a profile leaves
out on purpose stands in ``LEFT_OUT``, with the reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from agent.snmp.ber import Oid, Value
from agent.snmp.health import Component, Health, evaluate, wanted
from agent.snmp.profile import Profile, State
from agent.snmp.profile_library import library
from agent.snmp.table import Table
from tests.agent.snmp.recordings.recording import facts, names, recording, table

PROFILES = {
    "akcp-sensorprobe8": "akcp-sensorprobe",
    "apc-ap8932-pdu": "apc-pdu",
    "apc-smx750-nmc2": "apc-ups",
    "apc-sua1500rmi2u": "apc-ups",
    "avtech-roomalert4e": "avtech-roomalert",
    "brother-mfc-l2710dw": "printer",
    "dell-r640-idrac9-5_10": "dell-idrac",
    "eaton-93e-80": "eaton-ups",
    "eaton-9px-mgeups": "eaton-ups",
    "geist-temp-sensor": "geist",
    "hp-laserjet-m130nw": "printer",
    "hpe-ml350g9-ilo4": "hpe-ilo",
    "huawei-oceanstor-ism": "huawei-oceanstor",
    "huawei-rh2288hv3-ibmc": "huawei-ibmc",
    "isilon-onefs7_2": "isilon",
    "lenovo-sr250-xcc": "lenovo-xcc",
    "liebert-pex-cooling": "liebert",
    "linux-2_6_21-slackware": "linux",
    "linux-3_10-el7": "linux",
    "linux-4_18-el8-powermon": "linux",
    "netapp-fas3270-8_2_3-b": "netapp",
    "qnap-tvs871u": "qnap",
    "raritan-px2": "raritan-pdu",
    "supermicro-x11-bmc": "supermicro-bmc",
    "synology-ds214se-dsm7_1": "synology",
    "vmware-esxi-7_0": "vmware-esxi",
    "windows-server2003": "windows",
    "windows-server2019": "windows",
}

_PROCESSOR, _STORAGE, _UCD = "1.3.6.1.2.1.25.3.3.", "1.3.6.1.2.1.25.2.3.", "1.3.6.1.4.1.2021."
_OF_THE_CONTROLLER = "the management controller's own, not the server's"
_ONE_OF_MANY = "one busy processor is no fault: the load of all together is read"
_OF_THE_STANDARD = "the same as in UPS-MIB, which is read"
_WITH_CACHES = "counts caches as used: the objects of UCD-SNMP-MIB are read"

LEFT_OUT: dict[str, dict[str, str]] = {
    "huawei-rh2288hv3-ibmc": dict.fromkeys((_PROCESSOR, _STORAGE, _UCD), _OF_THE_CONTROLLER),
    "supermicro-x11-bmc": dict.fromkeys((_PROCESSOR, _STORAGE, _UCD), _OF_THE_CONTROLLER),
    "lenovo-sr250-xcc": dict.fromkeys((_PROCESSOR, _STORAGE, _UCD), _OF_THE_CONTROLLER),
    "linux-2_6_21-slackware": {_PROCESSOR: _ONE_OF_MANY, _STORAGE: _WITH_CACHES},
    "linux-3_10-el7": {_PROCESSOR: _ONE_OF_MANY, _STORAGE: _WITH_CACHES},
    "linux-4_18-el8-powermon": {_PROCESSOR: _ONE_OF_MANY, _STORAGE: _WITH_CACHES},
    "synology-ds214se-dsm7_1": {
        _PROCESSOR: _ONE_OF_MANY,
        _STORAGE: _WITH_CACHES,
        "1.3.6.1.4.1.6574.1.5.4.0": "an update that waits is no fault",
    },
    "isilon-onefs7_2": {
        _PROCESSOR: _ONE_OF_MANY,
        _STORAGE: "the system fills its memory with caches",
        _UCD + "4.": "the system fills its memory with caches, and its count of them has overflowed",
    },
    "qnap-tvs871u": {
        _PROCESSOR: _ONE_OF_MANY,
        _STORAGE + "1.6.6": "buffers are a part of the physical memory",
        "1.3.6.1.4.1.24681.1.2.11.": "the same disks as in the newer table, which is read",
    },
    "eaton-93e-80": dict.fromkeys(
        ("1.3.6.1.4.1.534.1.2.", "1.3.6.1.4.1.534.1.4.1.0", "1.3.6.1.4.1.705.1.5.2.0"), _OF_THE_STANDARD
    ),
    "eaton-9px-mgeups": dict.fromkeys(("1.3.6.1.4.1.705.1.5.1.0", "1.3.6.1.4.1.705.1.5.2.0"), _OF_THE_STANDARD),
    "akcp-sensorprobe8": {
        "1.3.6.1.4.1.3854.1.2.2.1.17.1.13.": "these inputs are offline: their column 5 says 2, and their percentage 0",
    },
    "hp-laserjet-m130nw": {
        "1.3.6.1.4.1.11.2.3.9.4.2.1.3.3.1.13.0": "the paper size set, not a state",
    },
}

pytestmark = pytest.mark.skipif(not names(), reason="the SNMP recordings are not beside the project")


def chosen(name: str) -> Profile:
    rows = recording(name)
    object_id = rows.get((1, 3, 6, 1, 2, 1, 1, 2, 0), (6, None))[1]
    descr = rows.get((1, 3, 6, 1, 2, 1, 1, 1, 0), (4, b""))[1]
    assert isinstance(object_id, tuple)
    assert isinstance(descr, bytes)
    return library().choose(object_id, descr.decode("utf-8", "replace"))


def read(name: str) -> tuple[Profile, Table]:
    profile = chosen(name)
    return profile, table(name, *wanted(profile))


def health(name: str) -> Health:
    return evaluate(*read(name))


def components(name: str) -> dict[str, Component]:
    return {one.key: one for one in health(name).components}


def changed(whole: Table, oid: Oid, value: Value) -> Table:
    """The reading as it would be had the device this value there; with None, had it no such object."""
    cells: dict[Oid, Mapping[Oid, Value]] = dict(whole.cells)
    for column in whole.cells:
        index = oid[len(column) :]
        if oid[: len(column)] == column and index in whole.cells[column]:
            cells[column] = {one: held for one, held in whole.cells[column].items() if one != index}
            if value is not None:
                cells[column] = {**cells[column], index: value}
    scalars = {one: held for one, held in whole.scalars.items() if one != oid}
    if oid in whole.scalars and value is not None:
        scalars[oid] = value
    return Table(cells, scalars)


def sayers(profile: Profile, whole: Table, oid: Oid, value: Value = None) -> list[Component]:
    """The components that say something else, or nothing, with that object changed or without it."""
    before, after = evaluate(profile, whole), evaluate(profile, changed(whole, oid, value))
    rest = list(after.components)
    return [one for one in before.components if one not in rest]


def worse(profile: Profile, oid: Oid) -> Value:
    """A value of this object that the profile takes for a fault; None when it judges no such object."""
    for part in profile.parts:
        for one, states in part.state:
            if oid[: len(one.oid)] == one.oid:
                bad = [raw for raw, (state, _) in states.words.items() if state in (State.CRITICAL, State.WARNING)]
                if bad:
                    return 1 << bad[0] if states.bits and isinstance(bad[0], int) else _raw(bad[0])
    return None


def _raw(value: int | str) -> Value:
    return value if isinstance(value, int) else value.encode()


def left_out(name: str, oid: str) -> bool:
    return any(oid.startswith(prefix) for prefix in LEFT_OUT.get(name, {}))


def oid_of(text: str) -> Oid:
    return tuple(map(int, text.split(".")))


NUMBERS = {"cpu": "cpu", "temperatures_c": "temperature", "fan_speeds": "fan"}
STATES = ("fans", "power_supplies", "other_states")
SAME = {
    "ok": (State.OK,),
    "warning": (State.WARNING,),
    "critical": (State.CRITICAL,),
    "unknown": (State.ABSENT, State.OK),
}


@pytest.mark.parametrize("name", PROFILES)
def test_the_profile_is_found_by_what_the_device_says_of_itself(name: str) -> None:
    assert chosen(name).name == PROFILES[name]


@pytest.mark.parametrize("name", PROFILES)
def test_every_number_of_the_index_is_what_a_component_says(name: str) -> None:
    profile, whole = read(name)

    wrong = []
    for field, kind in NUMBERS.items():
        for entry in facts(name).get(field, []):
            if not left_out(name, entry["oid"]):
                said = [one.value for one in sayers(profile, whole, oid_of(entry["oid"])) if one.kind == kind]
                if not any(value == pytest.approx(entry["value"]) for value in said):
                    wrong.append((field, entry["label"], entry["oid"], entry["value"], said))
    assert wrong == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_state_of_the_index_is_what_a_component_says(name: str) -> None:
    profile, whole = read(name)

    wrong = []
    for field in STATES:
        for entry in facts(name).get(field, []):
            if not left_out(name, entry["oid"]):
                oid = oid_of(entry["oid"])
                said = [
                    one.state for instead in (None, worse(profile, oid)) for one in sayers(profile, whole, oid, instead)
                ]
                if not any(state in SAME[entry["health"]] for state in said):
                    wrong.append((field, entry["label"], entry["oid"], entry["raw"], entry["health"], said))
    assert wrong == []


def _memory(entry: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """The object, used and total bytes of an entry; of net-snmp's, what is neither free nor a cache counts as used."""
    if "used_bytes" in entry:
        yield entry["used_oid"], entry["used_bytes"], entry["total_bytes"]
    elif "parts" in entry:
        parts, total = entry["parts"], entry["total_bytes"]
        free = parts["memAvailReal_bytes"] + parts.get("memBuffer_bytes", 0) + parts.get("memCached_bytes", 0)
        yield entry["total_oid"], total - free, total


@pytest.mark.parametrize("name", PROFILES)
def test_every_memory_of_the_index_is_what_a_component_says(name: str) -> None:
    profile, whole = read(name)
    metrics = evaluate(profile, whole).metrics

    wrong = []
    for entry in facts(name).get("memory", []):
        for oid, used, total in _memory(entry):
            if not left_out(name, oid):
                said = [one.name for one in sayers(profile, whole, oid_of(oid)) if one.kind == "memory"]
                found = [(metrics[f"memory_used_bytes[{one}]"], metrics[f"memory_total_bytes[{one}]"]) for one in said]
                if (used, total) not in found:
                    wrong.append((entry["label"], oid, used, total, found))
    assert wrong == []


UPS_KINDS = {"charge": ("battery", 1), "load": ("load", 1), "runtime": ("runtime", 60), "humidity": ("humidity", 1)}


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_of_power_and_air_of_the_index_is_what_a_component_says(name: str) -> None:
    profile, whole = read(name)

    wrong = []
    for entry in facts(name).get("ups_or_env", []):
        if not left_out(name, entry["oid"]):
            kind, factor = UPS_KINDS[entry["kind"]]
            said = [one.value for one in sayers(profile, whole, oid_of(entry["oid"])) if one.kind == kind]
            if not any(value == pytest.approx(entry["value"] * factor, rel=1e-4) for value in said):
                wrong.append((entry["label"], entry["oid"], entry["value"], said))
    assert wrong == []


@pytest.mark.parametrize("name", PROFILES)
def test_everything_the_index_has_of_a_ups_is_read(name: str) -> None:
    profile, whole = read(name)

    missed = [
        (entry["name"], entry["oid"])
        for entry in facts(name).get("ups", [])
        if not left_out(name, entry["oid"]) and not sayers(profile, whole, oid_of(entry["oid"]))
    ]
    assert missed == []


@pytest.mark.parametrize("name", LEFT_OUT)
def test_nothing_is_left_out_that_the_index_does_not_have(name: str) -> None:
    fields = (*NUMBERS, *STATES, "memory", "ups_or_env", "ups")
    entries = [entry for field in fields for entry in facts(name).get(field, [])]
    oids = [entry[key] for entry in entries for key in ("oid", "used_oid", "total_oid") if key in entry]

    assert [prefix for prefix in LEFT_OUT[name] if not any(oid.startswith(prefix) for oid in oids)] == []


# What each of these devices is not well in, in the words of its profile.
TROUBLES: dict[str, set[str]] = {
    "linux-2_6_21-slackware": {"storage:/export"},
    "raritan-px2": {"humidity:Relative Humidity 1", "sensor:Absolute Humidity 1"},
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_device_that_was_well_shows_no_fault(name: str) -> None:
    faulty = {one.key for one in health(name).components if one.state in (State.WARNING, State.CRITICAL, State.UNKNOWN)}

    assert faulty == TROUBLES.get(name, set())


def state_with(name: str, key: str, **values: int) -> State:
    """The state of a component were the objects these numbers long in the device."""
    profile, whole = read(name)
    for oid, value in values.items():
        whole = changed(whole, oid_of(oid), value)
    return next(one.state for one in evaluate(profile, whole).components if one.key == key)


UPS = "eaton-93e-80"
UPS_MIB = "1.3.6.1.2.1.33.1."


@pytest.mark.parametrize(
    ("name", "key", "values", "state"),
    [
        (UPS, "health:output", {UPS_MIB + "4.1.0": 5}, State.WARNING),
        (UPS, "health:output", {UPS_MIB + "4.1.0": 4}, State.WARNING),
        (UPS, "battery:battery", {UPS_MIB + "2.1.0": 3}, State.CRITICAL),
        (UPS, "battery:battery", {UPS_MIB + "2.1.0": 4}, State.CRITICAL),
        (UPS, "runtime:remaining", {UPS_MIB + "2.3.0": 9}, State.CRITICAL),
        (UPS, "runtime:remaining", {UPS_MIB + "2.3.0": 10}, State.OK),
        (UPS, "runtime:remaining", {UPS_MIB + "2.3.0": -1}, State.ABSENT),
        (UPS, "load:output 1", {UPS_MIB + "4.4.1.5.1": 80}, State.OK),
        (UPS, "load:output 1", {UPS_MIB + "4.4.1.5.1": 81}, State.WARNING),
        ("apc-smx750-nmc2", "health:output", {"1.3.6.1.4.1.318.1.1.1.4.1.1.0": 3}, State.WARNING),
        ("apc-smx750-nmc2", "runtime:remaining", {"1.3.6.1.4.1.318.1.1.1.2.2.3.0": 59_900}, State.CRITICAL),
        ("apc-smx750-nmc2", "runtime:remaining", {"1.3.6.1.4.1.318.1.1.1.2.2.3.0": 60_000}, State.OK),
        ("apc-smx750-nmc2", "health:battery", {"1.3.6.1.4.1.318.1.1.1.2.2.4.0": 2}, State.WARNING),
        ("dell-r640-idrac9-5_10", "temperature:CPU1 Temp", {"1.3.6.1.4.1.674.10892.5.4.700.20.1.6.1.1": 990}, State.OK),
        ("huawei-rh2288hv3-ibmc", "temperature:Inlet", {"1.3.6.1.4.1.2011.2.235.1.1.26.50.1.3.1": 470}, State.WARNING),
        ("hpe-ml350g9-ilo4", "disk:Port 1I Box 6 Bay 4", {"1.3.6.1.4.1.232.3.2.5.1.1.6.0.0": 4}, State.WARNING),
        ("synology-ds214se-dsm7_1", "array:Volume 1", {"1.3.6.1.4.1.6574.3.1.1.3.0": 11}, State.WARNING),
        ("synology-ds214se-dsm7_1", "array:Volume 1", {"1.3.6.1.4.1.6574.3.1.1.3.0": 12}, State.CRITICAL),
    ],
)
def test_what_a_device_would_say_in_trouble_is_judged(
    name: str, key: str, values: dict[str, int], state: State
) -> None:
    assert state_with(name, key, **values) is state


def test_levels_that_are_no_numbers_say_nothing_of_a_supply() -> None:
    profile, whole = read("brother-mfc-l2710dw")
    supplies = [one for one in evaluate(profile, whole).components if one.kind == "supply"]
    levels = {value for index, value in whole.cells[oid_of("1.3.6.1.2.1.43.11.1.1.9")].items()}

    assert levels & {-2, -3}
    assert all(one.value is None or 0 <= one.value <= 100 for one in supplies)
    assert not [one for one in supplies if one.state in (State.WARNING, State.CRITICAL)]


@pytest.mark.parametrize(
    ("octets", "state", "words"),
    [
        (b"\x00", State.OK, ""),
        (b"\x80", State.WARNING, "lowPaper"),
        (b"\x04", State.CRITICAL, "jammed"),
        (b"\x50", State.CRITICAL, "noPaper, noToner"),
        (b"\x00\x08", State.CRITICAL, "outputFull"),
    ],
)
def test_the_errors_of_a_printer_are_bits_from_the_left(octets: bytes, state: State, words: str) -> None:
    profile, whole = read("hp-laserjet-m130nw")
    column = oid_of("1.3.6.1.2.1.25.3.5.1.2")
    (index,) = whole.cells[column]

    found = evaluate(profile, changed(whole, column + index, octets)).components

    assert [(one.state, one.text) for one in found if one.key == "health:errors"] == [(state, words)]
