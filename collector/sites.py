"""Sites that go dark: where nothing of a site answers any more, that is one fault, whatever was behind it.

Three or more targets with one value of the label ``site`` which hang on nothing else in that site must all have
answered badly since the fault began. As long as one may yet answer there is time to see; one good answer settles it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.drafts import Draft
from collector.faults import Fault, Kind
from collector.scenes import Scene
from collector.sight import Sight, site_key
from collector.site_brief import of_site
from collector.store import incidents
from collector.store.incidents import Incident
from collector.store.targets import Priority
from collector.unclear import confirming
from rules.opening import Breach, ruling

_FEWEST = 3
_GLANCE = 10_000
"""How long (ms) one waits for the others of a site where none of them was seen bad yet."""

LATELY = 600_000
"""What failed so shortly (ms) before the rest of its site failed with it."""


class Light(StrEnum):
    """What a site says about an outage in it."""

    APART = "apart"
    UNCLEAR = "unclear"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Covered:
    """An outage that belongs to its site's incident. ``until``: when the site was no longer dark; None while it is."""

    incident: Incident
    until: int | None


def light(sight: Sight, scene: Scene, fault: Fault) -> Light:
    """Whether an outage that lasts is one of a site that went dark."""
    site = sight.family.site_of.get(scene.target.id, "")
    if not site or not sight.drafts.settings.incidents.site_dark or fault.kind is not Kind.OUTAGE:
        return Light.APART
    if scene.target.id not in sight.family.roots(site):
        return Light.APART
    others = [
        (key, last, good)
        for key, last, good in sight.answers_of(site)
        if key != scene.target.id and not _known_down(sight, key, fault)
    ]
    if len(others) < _FEWEST - 1 or any(good and last > fault.first_bad for _, last, good in others):
        return Light.APART
    bad = sum(not good for _, _, good in others)
    if bad == len(others):
        return Light.DARK
    waited = sight.now - fault.detected
    patience = max(confirming(terms) for key, _, _ in others for _, terms in sight.vital(key))
    if waited >= patience or (not bad and waited >= _GLANCE):
        return Light.DARK if bad >= max(_FEWEST - 1, len(others) // 2) else Light.APART
    return Light.UNCLEAR


def covered(sight: Sight, scene: Scene, fault: Fault, earlier: int = 0) -> Covered | None:
    """The incident of a dark site that an outage belongs to, for the time in which it was dark.

    It may have begun ``earlier`` (ms) than the site's darkness.
    """
    site = sight.family.site_of.get(scene.target.id, "")
    found = sight.of_site(site) if site and fault.kind is Kind.OUTAGE else None
    if found is None:
        return None
    for episode in reversed(incidents.episodes(sight.tx, found.id)):
        slack = earlier + max((confirming(terms) for _, terms in sight.vital(scene.target.id)), default=0)
        if fault.since >= episode.since - slack and (episode.ended is None or fault.since < episode.ended):
            return Covered(found, episode.ended)
    return None


def grace(sight: Sight, scene: Scene) -> int:
    """How long (ms) a target has to come back after its site."""
    return max((2 * terms.interval + confirming(terms) for _, terms in sight.vital(scene.target.id)), default=0)


def darkened(sight: Sight, scene: Scene, fault: Fault) -> Sequence[Draft]:
    """The incident of a site that went dark with this outage, or its return."""
    site = sight.family.site_of[scene.target.id]
    if not sight.first(f"dark {site}"):
        return []
    before = sight.of_site(site)
    after = sight.drafts.calculation.ticket_after.urgent
    summary = f"Site {site} is dark"
    text = f"{summary}: none of its {len(sight.family.sites[site])} targets answers"
    brief = of_site(sight, site, fault.since)
    if before is not None and sight.drafts.comes_back(before, fault.since):
        return [sight.drafts.reopening(sight.tx, before, f"{text} again", fault.since, fault.detected, after, brief)]
    ruled = ruling(sight.drafts.settings.incident_rules, Breach(Kind.SITE, Priority.URGENT, {"site": site}))
    return [
        sight.drafts.opening(
            sight.tx, sight.now, kind=Kind.SITE, fault=site_key(site), priority=ruled.priority, summary=summary,
            text=text, since=fault.since, detected=fault.detected, ticket_after=after, ticket=ruled.ticket,
            dependents=sight.family.sites[site], brief=brief,
        )
    ]  # fmt: skip


def lit(sight: Sight, scene: Scene, at: int) -> Sequence[Draft]:
    """The end of a dark site, when one of its targets that was down answers again at an instant (ms UTC)."""
    site = sight.family.site_of.get(scene.target.id, "")
    found = sight.of_site(site) if site else None
    lasting = [one for one in incidents.episodes(sight.tx, found.id) if one.ended is None] if found else []
    if found is None or not lasting or at <= lasting[-1].since or not sight.first(f"lit {site}"):
        return []
    return [sight.drafts.recovery(found.id, at, f"Site {site} is back: {scene.target.name} answers again")]


def _known_down(sight: Sight, key: str, fault: Fault) -> bool:
    """Whether a target was known to be down long before."""
    incident = incidents.of_fault(sight.tx, f"outage:{key}")
    return incident is not None and any(
        episode.ended is None and episode.since < fault.since - LATELY
        for episode in incidents.episodes(sight.tx, incident.id)
    )
