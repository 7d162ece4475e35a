"""What somebody did who moved a ticket from one standing to another."""

import pytest

from collector.tickets.ticket_system import Deed, Standing, deeds

OPEN, ACKNOWLEDGED, STARTED, PAUSED, RESOLVED, CLOSED = Standing


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OPEN, OPEN, ()),
        (OPEN, ACKNOWLEDGED, (Deed.ACKNOWLEDGE,)),
        (OPEN, STARTED, (Deed.START,)),
        (STARTED, OPEN, ()),
        (STARTED, PAUSED, (Deed.PAUSE,)),
        (PAUSED, STARTED, (Deed.RESUME, Deed.START)),
        (PAUSED, OPEN, (Deed.RESUME,)),
        (PAUSED, RESOLVED, (Deed.RESOLVE,)),
        (STARTED, RESOLVED, (Deed.RESOLVE,)),
        (STARTED, CLOSED, (Deed.RESOLVE, Deed.CLOSE)),
        (RESOLVED, CLOSED, (Deed.CLOSE,)),
        (CLOSED, RESOLVED, ()),
        (RESOLVED, OPEN, (Deed.REOPEN,)),
        (CLOSED, STARTED, (Deed.REOPEN, Deed.START)),
        (RESOLVED, PAUSED, (Deed.REOPEN, Deed.PAUSE)),
    ],
)
def test_a_change_of_standing_is_what_somebody_did(
    before: Standing, after: Standing, expected: tuple[Deed, ...]
) -> None:
    assert deeds(before, after) == expected
