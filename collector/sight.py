"""Sight: one snapshot of all that decisions about targets look at. Taken once for many targets, read only."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from collector import configuration
from collector.drafts import Drafts
from collector.family import Families, Family
from collector.scenes import Scene, Scenes
from collector.store import checks, incidents, targets
from collector.store import families as belonging
from collector.store.checks import Check, Effective
from collector.store.incidents import Incident
from collector.store.policies import Policy
from collector.tracks import Tracks
from rules.period import Period
from rules.selector import Selector


@dataclass(eq=False)
class Sight:
    """``now`` in ms UTC. Used by one thread."""

    scenes: Scenes
    now: int
    tracks: Tracks
    drafts: Drafts
    families: Families

    def __post_init__(self) -> None:
        self._done: set[str] = set()
        self._cut_off: dict[str, set[str]] = {}
        self._vital: dict[str, list[tuple[Check, Effective]]] = {}
        self._answers: dict[str, list[tuple[str, int, bool]]] = {}

    def first(self, what: str) -> bool:
        """Whether this is the first time within this sight that something is to be done which is done once."""
        new = what not in self._done
        self._done.add(what)
        return new

    @property
    def tx(self) -> sqlite3.Connection:
        """The snapshot."""
        return self.scenes.ground.tx

    @cached_property
    def family(self) -> Family:
        """What hangs on what."""
        return self.families.at(self.tx)

    @cached_property
    def policies(self) -> Sequence[tuple[Selector, Policy]]:
        """The settings by selector, the stronger ones later."""
        return configuration.rules_of(self.tx)

    def scene(self, key: str, start: int) -> Scene:
        """The scene of a target (id) from an instant to now."""
        return self.scenes.scene(targets.get(self.tx, key), Period(start, self.now, self.drafts.settings.tz))

    def cut_off(self, incident: str) -> set[str]:
        """The targets (ids) that were seen cut off by the fault of an incident (id)."""
        if incident not in self._cut_off:
            self._cut_off[incident] = belonging.cut_off(self.tx, incident)
        return self._cut_off[incident]

    def vital(self, key: str) -> list[tuple[Check, Effective]]:
        """The living vital checks of a target (id), with what is in force for them."""
        if key not in self._vital:
            own = checks.of_target(self.tx, key)
            terms = checks.effectives(self.tx, [check.handle for check in own])
            self._vital[key] = [(check, terms[check.handle]) for check in own if terms[check.handle].vital]
        return self._vital[key]

    def of_site(self, site: str) -> Incident | None:
        """The newest incident about a site going dark."""
        return incidents.of_fault(self.tx, site_key(site))

    def answers_of(self, site: str) -> list[tuple[str, int, bool]]:
        """Of each root of a site: its id, its vital checks' newest answer (ms UTC), and whether that was good.

        A good answer of one check outweighs a bad one of another; who never answered is left out.
        """
        if site not in self._answers:
            found = []
            for key in self.family.roots(site):
                said = [one for check, _ in self.vital(key) for one in self.tracks.answers(check.handle).values()]
                good = [last for last, well in said if well]
                if said:
                    found.append((key, max(good) if good else max(last for last, _ in said), bool(good)))
            self._answers[site] = found
        return self._answers[site]


def site_key(site: str) -> str:
    """The key of a site's going dark."""
    return f"site:{site}"
