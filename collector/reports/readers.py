"""Who may read which report: the whole organisation's is for those without a scope, an edition also for those it is of.

Somebody with a scope reads an edition when every target of it lies in the scope, by its labels as they were when it was
chosen and as they are now: nothing that was not theirs then, nothing that is not theirs any more.
"""

import sqlite3

from collector.access import Principal, require
from collector.reports.edition import Selection
from collector.roles import Permission
from collector.store import targets
from collector.store.reports import Issued
from rules.errors import Forbidden


def readable(tx: sqlite3.Connection, principal: Principal, issued: Issued) -> bool:
    """Whether somebody who may read at all may read this report."""
    if not principal.scope:
        return True
    about = issued.members
    if about is None or not about.labels:
        return False
    now = {key: targets.find(tx, key) for key in about.labels}
    return all(
        target is not None and principal.sees(about.labels[key]) and principal.sees(target.labels)
        for key, target in now.items()
    )


def require_readable(tx: sqlite3.Connection, principal: Principal, issued: Issued) -> None:
    """Raise Forbidden unless somebody may read this report."""
    require(principal, Permission.READ)
    if not readable(tx, principal, issued):
        raise Forbidden(f"This report tells of more than {principal.name} may see.")


def require_issuer(principal: Principal, about: Selection | None) -> None:
    """Raise Forbidden unless somebody may have this report issued: one with a scope only an edition inside it."""
    if about is None or not principal.scope:
        require(principal, Permission.REPORT)
        return
    if not about.targets:
        raise Forbidden(f"This edition is about nothing that {principal.name} may see.")
    for target in about.targets:
        require(principal, Permission.REPORT, target.labels)
        require(principal, Permission.REPORT, about.labels[target.id])
