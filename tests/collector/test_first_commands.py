"""What one would run first to see for oneself, by what failed."""

import pytest

from collector.first_commands import MOST, Failing, commands


def first(kind: str, address: str = "192.0.2.1", part: str = "", **options: object) -> str:
    return commands("core-1", [Failing(kind, part, address, options)])[0]


@pytest.mark.parametrize(
    ("kind", "address", "part", "options", "command"),
    [
        ("ping", "192.0.2.1", "", {}, "ping -c 5 192.0.2.1"),
        ("ping", "2001:db8::1", "", {}, "ping -c 5 2001:db8::1"),
        ("tcp", "db.example:5432", "", {"port": 0}, "nc -vz -w 3 db.example 5432"),
        ("tcp", "[2001:db8::1]:22", "", {"port": 22}, "nc -vz -w 3 2001:db8::1 22"),
        ("tcp", "192.0.2.1", "", {"port": 25}, "nc -vz -w 3 192.0.2.1 25"),
        ("snmp", "192.0.2.1", "", {"port": 1161}, "nc -vzu -w 3 192.0.2.1 1161"),
        ("dns", "192.0.2.53", "", {"name": "example.org"}, "dig @192.0.2.53 example.org +tries=1 +time=3"),
        ("interface", "192.0.2.1", "Gi0/1", {}, "show interface Gi0/1"),
        ("disk", "192.0.2.1", "/var/my data", {}, "df -h '/var/my data'; df -i '/var/my data'"),
        ("process", "192.0.2.1", "", {"names": ["postgres"]}, "pgrep -a postgres"),
        ("plugin", "192.0.2.1", "", {}, "ping -c 5 192.0.2.1"),
    ],
)
def test_the_first_look_is_at_what_failed(
    kind: str, address: str, part: str, options: dict[str, object], command: str
) -> None:
    assert first(kind, address, part, **options) == command


def test_a_page_is_asked_for_with_its_times() -> None:
    command = first("http", "https://shop.example/a?b=1&c=2")

    assert command.startswith("curl -sv -o /dev/null --max-time 15 -w '")
    assert command.endswith(" 'https://shop.example/a?b=1&c=2'")


def test_a_certificate_is_read_by_the_name_that_is_asked_for() -> None:
    command = first("tls", "192.0.2.1:8443", server_name="shop.example")

    assert command.startswith("openssl s_client -connect 192.0.2.1:8443 -servername shop.example </dev/null")


def test_what_stands_in_names_is_no_command() -> None:
    hostile = "a; rm -rf /"

    assert commands(hostile, [Failing("ping", "", hostile, {})]) == [
        "ping -c 5 'a; rm -rf /'",
        "mtr -rwbc 20 'a; rm -rf /'",
        "nineward explain 'a; rm -rf /'",
    ]
    assert first("interface", part=hostile) == "show interface 'a; rm -rf /'"


def test_there_are_not_too_many_and_each_once() -> None:
    failing = [Failing("tcp", "", f"192.0.2.1:{port}", {}) for port in range(1, 20)]
    found = commands("core-1", [*failing, *failing])

    assert len(found) == MOST == len(set(found))
    assert found[-1] == "nineward explain core-1"


def test_what_has_no_address_is_explained() -> None:
    assert commands("core-1", [Failing("plugin", "", "", {})]) == ["nineward explain core-1"]
