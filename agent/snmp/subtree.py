"""Everything below one place of a device's tree, row by row as it comes, with the types of the values.

What a person walks. Polling reads tables with ``Device.read``, which is quicker and keeps no types.
"""

from collections.abc import AsyncIterator, Sequence

from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.columns import Columns
from agent.snmp.device import Device
from agent.snmp.errors import ErrorStatus, Garbled, Silent
from agent.snmp.reading import NO_SUCH_NAME, TOO_BIG
from agent.snmp.walk import Walk

_NOTHING = (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW)


class Subtree(Walk):
    """A walk over one column, whatever lies below it, that keeps the last answer's values with their types."""

    __slots__ = ("fresh",)

    def __init__(self, root: Oid, most: int) -> None:
        super().__init__([root], most)
        self.fresh: list[VarBind] = []

    def take_columns(self, answer: Columns) -> bool:
        """Never: the quick way for regular answers leaves the types out."""
        return False

    def take(self, answer: Sequence[VarBind], uptime: int | None = None) -> None:
        (root,) = self.columns
        last = self.asks()[0]
        self.fresh = []
        for one in answer:
            if one.tag in _NOTHING or one.oid <= last or one.oid[: len(root)] != root:
                break
            self.fresh.append(one)
            last = one.oid
        super().take(answer, uptime)
        # What was handed on need not be kept.
        self.forget()


async def subtree(device: Device, walk: Subtree, patience_s: float) -> AsyncIterator[list[VarBind]]:
    """The values below the walk's root, some at a time. ``patience_s`` is for each answer.

    What the device does wrong ends up in ``walk.faults``. Raises what ``Device`` raises when nothing comes at all;
    later silence, refusals and errors are faults too.
    """
    pace, now = device.pace, device.line.transport.now
    came = False
    while not walk.done:
        bulk = not walk.alone and pace.may_bulk(now())
        repetitions = pace.rows if bulk else 0
        try:
            await device.rows(walk, repetitions, False, patience_s)
        except (Silent, Garbled, ErrorStatus) as refused:
            if isinstance(refused, ErrorStatus) and refused.status == NO_SUCH_NAME:
                # How v1 tells the end of all that there is.
                walk.close(walk.columns[0])
                return
            if _try_otherwise(device, walk, bulk, refused):
                continue
            if not came:
                raise
            walk.stop(str(refused))
            return
        if walk.alone and walk.fresh:
            pace.no_bulk(now())
        elif bulk:
            pace.answered(len(walk.fresh) >= repetitions, 0.0)
        came = True
        if walk.fresh:
            yield walk.fresh


def _try_otherwise(device: Device, walk: Subtree, bulk: bool, refused: Exception) -> bool:
    """Whether the same may be asked in another way: fewer rows, or one by one."""
    if isinstance(refused, ErrorStatus) and refused.status == TOO_BIG and bulk and device.pace.rows > 1:
        device.pace.too_much()
        return True
    walk.strikes += 1
    if walk.strikes > 1 or not bulk:
        return False
    walk.alone = True
    return True
