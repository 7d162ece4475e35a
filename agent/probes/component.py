"""One component of a device: a power supply, a fan, a sensor, a disk, a battery, as the device itself judges it.

It is known by the key that the ``snmp`` probe records it under. A device that does not answer makes its components an
``error``: that it is down is for its own check to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from agent.probes.probe import REQUIRED, Log, Subject, option, silent
from agent.snmp.device_probe import DeviceOptions, DeviceProbe
from agent.snmp.health import Component
from agent.snmp.profile import UNITS, State
from agent.snmp.survey import Alive, Condition, Survey, Tables
from rules.result import Outcome, Reading
from rules.threshold import Threshold

_QUARTER = 900_000


@dataclass(frozen=True, slots=True)
class Options(DeviceOptions):
    key: str = option(REQUIRED, 'the component: its kind and name, such as "fan:Fan 1"')


class ComponentProbe(DeviceProbe):
    """Remembers whether it has seen its component."""

    shape = Options
    family = "snmp"
    thresholds = (
        Threshold("cpu_ratio", warn=0.9, critical=0.98, for_ms=_QUARTER, clear=0.8),
        Threshold("memory_ratio", warn=0.9, critical=0.95, for_ms=_QUARTER, clear=0.85),
    )

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._seen = False

    def tables(self) -> Tables:
        return Tables(health=True)

    async def read(self, survey: Survey, alive: Alive, subject: Subject, until: float) -> Reading:
        options: Options = self.options
        condition = await survey.health(self.user, subject.interval_s / 2, until, options.most_values)
        self.log(f"profile {condition.profile}: {len(condition.health.components)} components")
        found = {one.key: one for one in condition.health.components}
        one = found.get(options.key)
        if one is None or one.state is State.ABSENT:
            return missing(condition, options.key, self._seen, one)
        self._seen = True
        return Reading(one.state.outcome or Outcome.ERROR, value(one), one.text)


def missing(condition: Condition, key: str, seen: bool, one: Component | None) -> Reading:
    """What it means that a component is not there: taken out, when it was there before and the reading is whole."""
    if condition.faults:
        return Reading(Outcome.ERROR, text=f"could not look: {condition.faults[0].rpartition(': ')[2]}")
    if seen:
        said = f" ({one.text})" if one is not None and one.text else ""
        return Reading(Outcome.FAILED, text=f"gone: the device does not have it any more{said}")
    if one is not None:
        return Reading(Outcome.ERROR, text=f"{key!r} is not plugged in, or tells nothing")
    near = get_close_matches(key, [other.key for other in condition.health.components], 3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return Reading(Outcome.ERROR, text=f"by the profile {condition.profile} the device has no component {key!r}{hint}")


def value(one: Component) -> dict[str, float]:
    """Its number, named as in the ``snmp`` check but without the part."""
    if one.value is None:
        return {}
    ending, factor = UNITS[one.unit]
    return {f"{one.kind}_{ending}": one.value * factor}
