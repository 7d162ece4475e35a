"""Jobs: what the calendar asks for. The collector's only use of APScheduler."""

import logging
from collections.abc import Callable
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from collector.clock import Clock
from collector.pack import pack_closed
from collector.settings import Settings
from collector.store.log import Log
from rules.period import local

_SETTLED_MS = 120_000
"""How long after the start (ms) the first packing waits, so that it does not stand in the way of catching up."""

_SETTLE_EVERY_S = 20
"""How often what changed of the past is computed and kept, so that pages find it."""

_CAUGHT_UP_MS = 1_800_000
"""How long after the start (ms) it is first looked for what changes frozen reports: by then agents have sent what they
kept meanwhile."""

_ISSUE_EVERY_MIN = 10
"""How often it is looked whether a report is due: one is issued at most so long after its time."""

log_of_work = logging.getLogger(__name__)


class Reporting(Protocol):
    """What issues the reports that the calendar asks for."""

    def issue(self) -> None:
        """Issue what is due and not there yet."""

    def revise(self) -> None:
        """Issue a revision of each frozen report that changed."""


class Jobs:
    """Runs each job in a thread of its own, one run at a time; a missed run is made up once."""

    def __init__(
        self,
        log: Log,
        settle: Callable[[], None],
        reports: Reporting,
        mail: Callable[[], None],
        clock: Clock,
        settings: Settings,
    ) -> None:
        """``settle`` computes what changed of the past; ``reports`` issues what the calendar asks for; ``mail`` sends
        what was issued."""
        self._mail = mail
        self._log = log
        self._settle = settle
        self._reports = reports
        self._clock = clock
        self._zone = ZoneInfo(settings.tz)
        self._scheduler = BackgroundScheduler(
            timezone=self._zone,
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Start the calendar. A machine that sleeps at night packs soon after its start instead."""
        soon = local(self._clock.now() + _SETTLED_MS, str(self._zone))
        later = local(self._clock.now() + _CAUGHT_UP_MS, str(self._zone))
        self._add("pack the log", self.pack, CronTrigger(hour=3, minute=17, timezone=self._zone))
        self._add("pack the log after the start", self.pack, DateTrigger(soon))
        self._add("settle the past", self._settle, IntervalTrigger(seconds=_SETTLE_EVERY_S))
        self._add("issue reports", self._reports.issue, IntervalTrigger(minutes=_ISSUE_EVERY_MIN))
        self._add("mail reports", self._mail, IntervalTrigger(minutes=1))
        self._add("revise reports", self._reports.revise, CronTrigger(hour=4, minute=41, timezone=self._zone))
        self._add("revise reports after the start", self._reports.revise, DateTrigger(later))
        self._scheduler.start()

    def stop(self) -> None:
        """Let a running job finish, and end. Safe to call twice."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def pack(self) -> None:
        """Pack the days that are over: the same entries and hashes in less space."""
        saved = pack_closed(self._log)
        if saved:
            log_of_work.info("packed the log of past days, saved_bytes=%d", saved)

    def _add(self, name: str, job: Callable[[], None], trigger: CronTrigger | DateTrigger | IntervalTrigger) -> None:
        self._scheduler.add_job(job, trigger, id=name, name=name)
