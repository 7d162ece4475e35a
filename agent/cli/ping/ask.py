"""Asking as ``nineward-agent ping`` was told to: targets resolved, the sweep run, what is known printed, also early."""

import argparse
import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agent.cli.ping import report
from agent.cli.terminal import target_list
from agent.cli.terminal.progress import Progress
from agent.cli.terminal.target_list import Aim
from agent.icmp.sweep import Event, Manner, Sweep
from rules.errors import Invalid

_PROGRESS_S = 0.2


def run(given: argparse.Namespace) -> int:
    """Ask, print, and answer with the exit code."""
    listings = target_list.read(given.targets, given.file)
    # Nothing here makes cycles, and walking 50,000 targets again and again to look for them costs more than asking.
    gc.disable()
    try:
        return asyncio.run(_ask(given, listings))
    finally:
        gc.enable()


async def _ask(given: argparse.Namespace, listings: Sequence[target_list.Listing]) -> int:
    aims, again, named = await target_list.meant(listings, given.family, every=given.every_address)
    if again:
        print(f"{again:,} given more than once {'is' if again == 1 else 'are'} asked once.", file=sys.stderr)
    asked = [aim for aim in aims if aim.destination is not None]
    if not asked:
        raise Invalid("No target resolves, so nothing was sent.", tuple(aim.trouble for aim in aims))
    manner = _manner(given)
    telling = given.loop and not (given.quiet or given.alive or given.unreachable)
    teller = _Teller(asked, as_json=given.json) if telling else None
    sweep = Sweep([aim.destination for aim in asked if aim.destination is not None], manner, teller)
    if teller is not None:
        teller.give_up = sweep.stop
    began = time.monotonic()
    with _stopped_by_signals(sweep), _watched(sweep, len(asked) * (manner.count or 0), visible=not telling):
        await sweep.run()
    took_s = time.monotonic() - began
    rows = report.rows(aims, sweep.fates())
    told = report.summary(rows, took_s, complete=sweep.complete)
    _print(given, rows, told, named=named)
    return report.exit_code(told.states)


def _manner(given: argparse.Namespace) -> Manner:
    interval_s = given.interval if given.interval is not None else (1.0 if given.loop else 0.2)
    return Manner(None if given.loop else given.count, interval_s, given.timeout, given.rate, given.size)


@contextmanager
def _stopped_by_signals(sweep: Sweep) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the sweep, so that what is known is printed.

    Where the parent ignores the terminal's interrupt (nohup, a job in the background) it stays ignored.
    """
    loop = asyncio.get_running_loop()
    taken = [one for one in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(one) is not signal.SIG_IGN]
    for one in taken:
        loop.add_signal_handler(one, sweep.stop)
    try:
        yield
    finally:
        for one in taken:
            loop.remove_signal_handler(one)


@contextmanager
def _watched(sweep: Sweep, total: int, *, visible: bool) -> Iterator[None]:
    """Show on a terminal how far the sweep is. ``total`` 0: it has no end."""
    progress = Progress()
    if not (visible and progress.visible):
        yield
        return

    async def show() -> None:
        of = f" of {total:,}" if total else ""
        while True:
            await asyncio.sleep(_PROGRESS_S)
            progress.show(f"{sweep.asked:,}{of} requests sent, {sweep.answers:,} answered")

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
        progress.clear()


class _Teller:
    """Prints each event of an endless sweep as it comes, and gives up when nobody reads any more."""

    def __init__(self, asked: Sequence[Aim], *, as_json: bool) -> None:
        self.give_up: Callable[[], None] = lambda: None
        self._asked = asked
        self._as_json = as_json

    def __call__(self, event: Event) -> None:
        aim = self._asked[event.target]
        if self._as_json:
            line = report.spelled({"event": report.event(event, aim, time.time_ns() // 1_000_000)})
        else:
            line = f"{time.strftime('%H:%M:%S')}  {report.spoken(event, aim)}"
        try:
            print(line, flush=True)
        except BrokenPipeError:
            self.give_up()


def _print(given: argparse.Namespace, rows: Sequence[report.Row], told: report.Summary, *, named: bool) -> None:
    if given.json:
        print("\n".join(report.lines(rows, told)) if given.loop else report.document(rows, told))
        return
    if given.quiet or given.alive or given.unreachable:
        # The table tells it by itself.
        for row in rows:
            if row.state is report.State.UNRESOLVED:
                print(row.aim.trouble, file=sys.stderr)
    if given.alive or given.unreachable:
        wanted = report.State.ALIVE if given.alive else report.State.UNREACHABLE
        names = [row.aim.name for row in rows if row.state is wanted]
        if names:
            print("\n".join(names))
        return
    if not given.quiet:
        print(report.table(rows, once=given.count == 1 and not given.loop, named=named))
    print(report.line(told))
