"""First commands: what one would run first to see for oneself, by what failed. Pure.

They look, they change nothing, and they hold no secret. Values are quoted for a shell.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST = 8

_KERNEL = "dmesg -T | grep -iE 'error|reset' | tail"
_KILLED = "dmesg -T | grep -i 'out of memory' | tail"


@dataclass(frozen=True, slots=True)
class Failing:
    """A check that is not well: its kind, its part (a disk, an interface), its address, and its options."""

    kind: str
    part: str
    address: str
    options: Mapping[str, object]


def commands(target: str, failing: Sequence[Failing]) -> list[str]:
    """At most MOST commands for a target (name), the nearest first; the last tells how Nineward judged it."""
    own = f"nineward explain {shlex.quote(target)}"
    found = [command for one in failing for command in _LOOKS.get(one.kind, _reach)(one)]
    return [*list(dict.fromkeys(found))[: MOST - 1], own]


def _host(address: str) -> str:
    """The host in an address: of a URL, of ``host:port``, or the address itself."""
    if "://" in address:
        return urlsplit(address).hostname or address
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _port(one: Failing, usual: int) -> int:
    if "://" in one.address:
        parts = urlsplit(one.address)
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme, usual)
    tail = one.address.rpartition(":")[2]
    if one.address.count(":") == 1 and tail.isdigit():
        return int(tail)
    own = one.options.get("port")
    return own if isinstance(own, int) and own else usual


def _q(text: object) -> str:
    return shlex.quote(str(text))


def _reach(one: Failing) -> Iterable[str]:
    host = _q(_host(one.address))
    return (f"ping -c 5 {host}", f"mtr -rwbc 20 {host}") if one.address else ()


def _tcp(one: Failing) -> Iterable[str]:
    host = _q(_host(one.address))
    return f"nc -vz -w 3 {host} {_port(one, 80)}", f"ping -c 5 {host}"


def _http(one: Failing) -> Iterable[str]:
    url = one.address if "://" in one.address else f"http://{one.address}/"
    timed = "'%{http_code} dns %{time_namelookup} tcp %{time_connect} tls %{time_appconnect} all %{time_total}\\n'"
    return f"curl -sv -o /dev/null --max-time 15 -w {timed} {_q(url)}", f"nc -vz -w 3 {_q(_host(url))} {_port(one, 80)}"


def _tls(one: Failing) -> Iterable[str]:
    host = _host(one.address)
    name = one.options.get("server_name") or host
    place = _q(f"{host}:{_port(one, 443)}")
    shown = "openssl x509 -noout -subject -issuer -dates -ext subjectAltName"
    return (f"openssl s_client -connect {place} -servername {_q(name)} </dev/null 2>/dev/null | {shown}",)


def _dns(one: Failing) -> Iterable[str]:
    name = _q(one.options.get("name") or ".")
    return f"dig @{_q(_host(one.address))} {name} +tries=1 +time=3", f"dig {name} +trace"


def _snmp(one: Failing) -> Iterable[str]:
    host = _q(_host(one.address))
    return f"nc -vzu -w 3 {host} {_port(one, 161)}", f"ping -c 5 {host}"


def _interface(one: Failing) -> Iterable[str]:
    name = one.part or str(one.options.get("name", ""))
    return f"show interface {_q(name)}", "show logging | last 50"


def _component(_one: Failing) -> Iterable[str]:
    return "show environment", "show logging | last 50"


def _cpu(_one: Failing) -> Iterable[str]:
    return "top -b -n 1 | head -20", "vmstat 1 5"


def _memory(_one: Failing) -> Iterable[str]:
    return "free -m", "ps aux --sort=-rss | head", _KILLED


def _disk(one: Failing) -> Iterable[str]:
    path = _q(one.part or "/")
    return (
        f"df -h {path}; df -i {path}",
        f"du -xhd 1 {path} | sort -h | tail",
        _KERNEL,
    )


def _process(one: Failing) -> Iterable[str]:
    names = one.options.get("names")
    name = _q(names[0] if isinstance(names, list | tuple) and names else one.part)
    return (
        f"pgrep -a {name}",
        f"journalctl -b -n 50 --no-pager _COMM={name}",
        _KILLED,
    )


_LOOKS: Mapping[str, Callable[[Failing], Iterable[str]]] = {
    "ping": _reach,
    "tcp": _tcp,
    "http": _http,
    "tls": _tls,
    "dns": _dns,
    "snmp": _snmp,
    "interface": _interface,
    "component": _component,
    "cpu": _cpu,
    "load": _cpu,
    "memory": _memory,
    "disk": _disk,
    "process": _process,
}
"""By kind of check; for any other kind it is looked at whether the address answers."""
