"""Parts of a device as the values of its SNMP check name them."""

from collector.parts import Part, parts

PORTS = {
    "uptime_s": 5,
    "admin_up[Gi1]": 1,
    "oper_up[Gi1]": 1,
    "admin_up[Gi2]": 1,
    "oper_up[Gi2]": 0,
    "admin_up[Gi3]": 0,
    "oper_up[Gi3]": 0,
}


def test_ports_are_up_down_or_off() -> None:
    assert [(part.name, part.state) for part in parts([PORTS], ())] == [("Gi1", "up"), ("Gi2", "down"), ("Gi3", "off")]


def test_components_are_as_the_device_says() -> None:
    found = parts([{"state[fan:1]": 0, "state[fan:2]": 2}], ())

    assert [(part.kind, part.name, part.state) for part in found] == [
        ("component", "fan:1", "ok"),
        ("component", "fan:2", "critical"),
    ]


def test_the_latest_look_that_speaks_of_a_part_counts() -> None:
    assert parts([{"oper_up[Gi1]": 0}, {"oper_up[Gi1]": 1}, {"uptime_s": 9}], ())[0].state == "up"


def test_what_is_accepted_is_told() -> None:
    assert parts([{"oper_up[Gi1]": 1}], {("interface", "Gi1")}) == [Part("interface", "Gi1", "up", True)]


def test_a_name_with_brackets_is_kept() -> None:
    assert parts([{"oper_up[port [1]]": 1}], ())[0].name == "port [1]"
