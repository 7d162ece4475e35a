"""Faults that come and go: one incident that says so, instead of a ticket that opens and closes with every turn."""

from collections.abc import Iterator

from collector.drafts import Draft
from collector.faults import Fault
from collector.scenes import Scene
from collector.sight import Sight
from collector.store import families, incidents
from collector.store.incidents import Incident
from rules.flapping import REMEMBERED, flapping
from rules.result import Outcome
from rules.state import State
from rules.timeline import CheckTracks


def comes_and_goes(sight: Sight, scene: Scene, incident: Incident, fault: Fault) -> bool:
    """Whether a fault that came back is one that comes and goes: its looks say so, or how often it came of late."""
    terms = sight.drafts.settings.incidents
    begun = [episode.since for episode in incidents.episodes(sight.tx, incident.id)]
    lately = sum(sight.now - since <= terms.unstable_within for since in (*begun, fault.since))
    return lately >= terms.unstable_returns or _flaps(sight, scene, fault.check, before=False)


def drafts(sight: Sight, scene: Scene, incident: Incident) -> Iterator[Draft]:
    """The end of an unstable time, when nothing has changed for long enough."""
    if incident.unstable is None:
        return
    terms = sight.drafts.settings.incidents
    turns = [
        turn
        for episode in incidents.episodes(sight.tx, incident.id)
        for turn in (episode.since, episode.ended)
        if turn is not None
    ]
    since = max([incident.unstable, *turns])
    if sight.now - since < terms.stable_after or _flaps(sight, scene, incident.check, before=True):
        return
    over = not families.lasting(sight.tx, incident.id)
    text = f"{incident.summary}: it no longer comes and goes" + (", and is over" if over else ", and lasts")
    yield sight.drafts.stable(incident.id, text)


def _flaps(sight: Sight, scene: Scene, check: str, *, before: bool) -> bool:
    """By the last looks of the checks that the fault is about, as far as confirmed."""
    concerned = [
        entries[-1]
        for one, entries in scene.checks
        if one.retired is None and (one.id == check if check else entries[-1].vital)
    ]
    damping = sight.drafts.settings.incidents.damping
    return any(flapping(history, before, damping) for entry in concerned for history in _histories(entry, sight.now))


def _histories(entry: CheckTracks, now: int) -> Iterator[list[Outcome]]:
    """For each agent, what the last looks by the plan found, oldest first."""
    interval = entry.parameters.interval
    instants = [now - interval * place for place in range(REMEMBERED - 1, -1, -1)]
    for track in entry.tracks.values():
        yield [
            Outcome.OK if state is State.UP else Outcome.FAILED
            for at in instants
            for state in [next((span.state for span in track.spans if span.start <= at < (span.end or now + 1)), None)]
            if state not in (None, State.UNKNOWN)
        ]
