"""Parts of a device that its ``snmp`` check has seen, accepted as checks of their own or not. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_STATES = ("ok", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it was last seen. ``kind`` and ``name`` are those of the check that would watch it, ``watched`` says
    whether one does. An interface is ``up``, ``down`` or ``off`` (by its administrator), a component ``ok``,
    ``warning`` or ``critical``."""

    kind: str
    name: str
    state: str
    watched: bool


def parts(seen: Iterable[Mapping[str, float]], watched: Collection[tuple[str, str]]) -> list[Part]:
    """The parts in these values of the check, the older ones first; by kind and name. ``watched`` are (kind, part)."""
    latest: dict[str, float] = {}
    for values in seen:
        for metric, value in values.items():
            if metric.endswith("]") and metric.startswith(("admin_up[", "oper_up[", "state[")):
                latest[metric] = value
    found = {}
    for metric, value in latest.items():
        head, _, name = metric[:-1].partition("[")
        if head == "state":
            found["component", name] = _STATES[min(max(int(value), 0), 2)]
        elif latest.get(f"admin_up[{name}]") == 0:
            found["interface", name] = "off"
        elif head == "oper_up":
            found["interface", name] = "up" if value else "down"
    return [Part(kind, name, state, (kind, name) in watched) for (kind, name), state in sorted(found.items())]
