"""The brief of a site that went dark: what is known of the targets there that hang on nothing else there.

The same keys as any brief (``collector/briefing.py``), told of several targets.
"""

from typing import Any

from collector import lately
from collector.first_commands import Failing, commands
from collector.needed_by import NeededBy
from collector.sight import Sight
from collector.store import agents, targets
from rules.result import Outcome

_ROOTS = 4
_NAMES = 8
_WORDS = 300


def of_site(sight: Sight, site: str, since: int) -> dict[str, Any]:
    """The brief of a site that has been dark since an instant (ms UTC)."""
    found = [target for key in sight.family.roots(site) if (target := targets.find(sight.tx, key)) is not None]
    looks: list[dict[str, Any]] = []
    failing: list[Failing] = []
    changes: list[dict[str, Any]] = []
    for target in found[:_ROOTS]:
        vital = [check for check, _ in sight.vital(target.id)]
        windows = sight.scenes.ground.maintenance_of(target.id)
        told = lately.changes(sight.tx, target.id, [check.id for check in vital], windows, since, sight.now)
        changes += [{**one, "target": target.name} for one in told]
        for check in vital[:1]:
            failing.append(Failing(check.kind, check.part, check.address or target.address, {}))
            for number, last in sight.tracks.last(check.handle).items():
                agent = agents.by_number(sight.tx, number)
                state = {Outcome.ERROR: "error", Outcome.FAILED: "down"}.get(last.outcome, "up")
                looks.append(
                    {
                        "check": f"{target.name} {check.name}", "agent": str(number) if agent is None else agent.name,
                        "bad": state == "down", "state": state, "at": last.at, "text": last.text[:_WORDS],
                    }
                )  # fmt: skip
    services = NeededBy().services(sight.tx, sight.family.sites[site])
    brief: dict[str, Any] = {
        "looks": sorted(looks, key=lambda one: not one["bad"]),
        "changes": sorted(changes, key=lambda one: one["at"])[-lately.MOST :],
        "radius": {"dependents": 0, "names": [], "services": services[:_NAMES]} if services else {},
        "commands": commands(found[0].name, failing) if found else [],
    }
    return {key: value for key, value in brief.items() if value}
