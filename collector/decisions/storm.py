"""Which storm holds a ticket: decided on a snapshot, and settled when it is applied."""

from collector.decisions.entry import Decision
from collector.store import incidents

STORM = "storm"
"""The key of storms: there is one at a time."""


def holding(decision: Decision) -> tuple[str, list[str]]:
    """The incident (id, or empty) that tells of this one, and the systems that hear of this one by itself.

    Two who decided at once may each have opened a storm; the second opening was moot, and what it was to tell of
    belongs to the storm there is. Where there is none any more, nothing is held.
    """
    payload = decision.payload
    systems = list(payload["systems"])
    parent = str(payload.get("parent", ""))
    if not parent or incidents.find(decision.tx, parent) is not None:
        return parent, systems
    storm = incidents.of_fault(decision.tx, STORM)
    if storm is not None and storm.living:
        return storm.id, systems
    return "", [*systems, *payload.get("held", ())]
