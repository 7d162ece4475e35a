"""Whether it is too early to call something a fault: it may yet turn out to be part of another one."""

from collector.faults import Fault, Kind
from collector.scenes import Scene
from collector.shipped import PART_OPTIONS
from collector.sight import Sight
from collector.store import targets
from collector.store.checks import Effective
from collector.store.targets import Target


def too_early(sight: Sight, scene: Scene, fault: Fault) -> bool:
    """Whether a fault that lasts may yet turn out to be its parent's, or the dying host's."""
    if fault.ended is not None:
        return False
    if fault.kind is Kind.OUTAGE:
        return _parents_unclear(sight, scene.target, fault)
    if sight.now < fault.not_before:
        return True
    if _said_by_itself(scene, fault):
        return False
    # A dying host takes its checks with it. Only a good answer of a vital check, younger than the first bad look,
    # says that the host is not dying.
    vital = [check.handle for check, entries in scene.checks if check.retired is None and entries[-1].vital]
    return not any(_well_since(sight, handle, fault.first_bad) for handle in vital)


def _parents_unclear(sight: Sight, target: Target, fault: Fault) -> bool:
    """Whether a parent may yet turn out to be down: it has not been seen well since, and there is time to see."""
    for key in target.parents:
        parent = targets.find(sight.tx, key)
        if parent is None or parent.pending or parent.retired is not None:
            continue
        for check, terms in sight.vital(key):
            in_time = sight.now < fault.detected + confirming(terms)
            if in_time and not _well_since(sight, check.handle, fault.first_bad):
                return True
    return False


def confirming(terms: Effective) -> int:
    """Within how long (ms) a check that fails from now on is known to fail."""
    return terms.interval * 11 // 10 + terms.confirm_down * terms.retry_interval + terms.timeout


def _well_since(sight: Sight, handle: int, instant: int) -> bool:
    return any(good and last > instant for last, good in sight.tracks.answers(handle).values())


def _said_by_itself(scene: Scene, fault: Fault) -> bool:
    """Whether the device told, and told again, that a part of it fails: who tells that is not dying."""
    kinds = {check.id: check.kind for check, _ in scene.checks}
    return kinds.get(fault.check) in PART_OPTIONS and fault.detected > fault.first_bad
