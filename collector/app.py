"""Wiring: the one room that knows all the others. ``open_house`` builds and starts them, and ends them in order.

Nothing here decides anything. Used by the real start, by commands that find no collector running, and by the journeys.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from collector.access import Access
from collector.clock import Clock
from collector.clocks import Clocks
from collector.complaints import Complaints
from collector.errands import Errands
from collector.events import Events
from collector.feedback_links import FeedbackLinks
from collector.fold import Fold
from collector.follow_up import FollowUp
from collector.following import Following
from collector.incidents import Incidents
from collector.intake import Intake
from collector.jobs import Jobs
from collector.live import Live
from collector.noticing import Noticing
from collector.objectives import Objectives
from collector.place import address
from collector.plans import Plans
from collector.progress import Board
from collector.recording import Recording
from collector.refold import sweep
from collector.registry import Registry
from collector.reports.archive import Archive
from collector.reports.calendar import ReportCalendar
from collector.reports.gather import Sources
from collector.reports.mailing import Mailing
from collector.reports.remarks import Remarks
from collector.reviews import Reviews
from collector.settings import Settings
from collector.settled import Settled
from collector.store import complaints, reports, traps
from collector.store.log import Log
from collector.store.state import State
from collector.ticket_trials import TicketTrials
from collector.timelines import Timelines
from collector.tracks import Tracks
from collector.traps import Traps
from rules.errors import Invalid, Unavailable

Room = Fold | Intake | Incidents | Errands | Noticing | Following | Clocks | Reviews | Jobs
"""What has a thread of its own, or several."""


@dataclass(frozen=True)
class House:
    """Every room of a running collector, ready for the doors."""

    settings: Settings
    clock: Clock
    log: Log
    state: State
    live: Live
    intake: Intake
    fold: Fold
    tracks: Tracks
    access: Access
    registry: Registry
    plans: Plans
    timelines: Timelines
    settled: Settled
    incidents: Incidents
    errands: Errands
    noticing: Noticing
    ticket_trials: TicketTrials
    following: Following
    clocks: Clocks
    follow_up: FollowUp
    complaints: Complaints
    archive: Archive
    remarks: Remarks
    mailing: Mailing
    events: Events
    traps: Traps
    progress: Board = field(default_factory=Board)


@contextlib.contextmanager
def open_house(
    settings: Settings, clock: Clock | None = None, patience: float = 0.0, *, deciding: bool = True
) -> Iterator[House]:
    """Build and start every room on ``settings.data``; end them in order afterwards.

    Without ``deciding`` nothing is decided about faults, nobody is told and the calendar rests: enough for a command,
    which then needs no secret of a ticket system.

    Raises Unavailable when another collector still holds the data folder after ``patience`` seconds (a command may
    hold it for a moment), Invalid when the folder cannot be used.
    """
    clock = clock or Clock()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(settings.data, clock, patience))
        sweep(settings.data)
        state = State(settings.data / "state.db")
        stack.callback(state.close)
        log = Log(settings.data / "log")
        stack.callback(log.close)
        live = Live(settings.data / "live.checkpoint")
        fold = Fold(log, state, live, Registry.terms)
        intake = Intake(log, fold, clock.now)
        access = Access(state, clock, settings.session)
        registry = Registry(state, intake, fold, clock, settings)
        registry.journal.listeners.append(access.changed)
        plans = Plans(state, registry, clock)
        events = Events()
        stack.callback(events.close)
        tracks = Tracks(log, state, live)
        settled = Settled(state, tracks, clock, settings)
        timelines = Timelines(state, tracks, settings, kept=settled)
        incidents = Incidents(
            state, intake, fold, registry, timelines, tracks, access.contacts, events, clock, settings
        )
        errands = Errands(state, intake, fold, clock, settings, events)
        following = Following(state, intake, fold, clock, settings)
        incidents.listeners.append(errands.wake)
        recording = Recording(state, intake, fold, events)
        recording.listeners.append(errands.wake)
        noticing = Noticing(state, fold, clock, settings)
        incidents.listeners.append(noticing.wake)
        recording.listeners.append(noticing.wake)
        reviews = Reviews(state, fold, recording, Objectives(state, settled, settings), clock, settings)
        clocks = Clocks(state, fold, recording, clock, settings)
        links = FeedbackLinks(settings.key_file, address(settings))
        follow_up = FollowUp(state, recording, links, clock, settings)
        archive = Archive(Sources(state, tracks, timelines, settled), log, fold, intake, clock, settings)
        mailing = Mailing(archive, state, clock, settings)
        archive.listeners.append(mailing.queue)
        fold.appliers["config"] = registry.apply
        fold.appliers["incident"] = incidents.apply
        fold.appliers["trap"] = traps.apply
        fold.appliers["complaint"] = complaints.apply
        fold.appliers["report"] = reports.apply
        fold.after_commit.append(incidents.after_commit)
        # From here on in the order of the walk: first what takes, last what tells. The stack ends them the other way.
        rooms: list[Room] = [fold, intake]
        if deciding:
            rooms += [incidents, errands, noticing, following, clocks, reviews]
            rooms += [
                Jobs(
                    log,
                    settled.work,
                    ReportCalendar(archive, state, log, clock, settings),
                    mailing.work,
                    clock,
                    settings,
                )
            ]
        for room in rooms:
            room.start()
            stack.callback(room.stop)
        if fold.caught_up():
            with contextlib.suppress(Unavailable):
                # A full disk: what is left is done before the next report is issued or verified.
                archive.recover()
        yield House(
            settings=settings,
            clock=clock,
            log=log,
            state=state,
            live=live,
            intake=intake,
            fold=fold,
            tracks=tracks,
            access=access,
            registry=registry,
            plans=plans,
            timelines=timelines,
            settled=settled,
            incidents=incidents,
            errands=errands,
            noticing=noticing,
            ticket_trials=TicketTrials(clock, settings),
            following=following,
            clocks=clocks,
            follow_up=follow_up,
            complaints=Complaints(state, intake, fold, clock, settings),
            archive=archive,
            remarks=Remarks(archive, registry.journal, settings),
            mailing=mailing,
            events=events,
            traps=Traps(state, intake, plans, clock),
        )


@contextlib.contextmanager
def _alone(data: Path, clock: Clock, patience: float) -> Iterator[None]:
    """Hold the data folder: one writer. The file also tells the process id of the holder."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        holder = os.open(data / "collector.pid", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as trouble:
        raise Invalid(
            f"The data folder {data} cannot be used: {trouble.strerror}. Choose one with --data."
        ) from trouble
    deadline = clock.monotonic() + patience
    while True:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if clock.monotonic() < deadline:
                time.sleep(0.05)
                continue
            other = os.read(holder, 20).decode("ascii", "replace").strip()
            os.close(holder)
            raise Unavailable(f"Another collector (process {other}) holds the data folder {data}.") from None
    try:
        os.ftruncate(holder, 0)
        with contextlib.suppress(OSError):
            # On a full disk nobody learns who holds the folder; it is held all the same.
            os.write(holder, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(holder)
