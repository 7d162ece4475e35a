"""/audit: every change of the configuration, who made it, and when."""

from dataclasses import replace
from typing import Any

from litestar import get

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Limit, Page
from collector.roles import Permission
from collector.store import objects
from collector.store.objects import Revision
from rules.errors import Invalid

_HIDDEN = frozenset({"hash", "token_hash"})


@get("/audit", tags=("audit",), sync_to_thread=True)
def audit(
    house: House, principal: Principal, object_id: str | None = None, cursor: str | None = None, limit: Limit = 100
) -> Page[Revision]:
    """The revisions of all objects, or of one, in the order of the log."""
    require(principal, Permission.AUDIT)
    after, skip = _place(cursor)
    with house.state.read() as tx:
        # Entries of one position belong together, so a page is cut by (position, place in it).
        found = objects.revisions(tx, after - 1, skip + limit + 1, object_id)
    found = found[skip:] if skip else found
    shown = [_shown(revision) for revision in found[:limit]]
    if len(found) <= limit:
        return Page(shown)
    last = shown[-1].position
    same = sum(revision.position == last for revision in shown) + (skip if last == after else 0)
    return Page(shown, f"{last}.{same}")


def _place(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    position, _, skip = cursor.partition(".")
    if not (position.isdecimal() and skip.isdecimal()):
        raise Invalid("This cursor is not one that a page of this list gave.")
    return int(position), int(skip)


def _shown(revision: Revision) -> Revision:
    data: dict[str, Any] = {key: value for key, value in revision.data.items() if key not in _HIDDEN}
    return replace(revision, data=data)


handlers = [audit]
