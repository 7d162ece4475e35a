"""A bar on the terminal while the collector works for a command; silent where nobody watches."""

import argparse
import contextlib
import sys
import threading
from collections.abc import Iterator

from rules.errors import NinewardError

WIDTH = 30
PAUSE_S = 0.5
_CLEAR = "\r\x1b[K"


def bar(done: int, whole: int) -> str:
    """The bar and the share in per cent; without a known whole only that it goes on."""
    if whole <= 0:
        return "…"
    share = min(1.0, done / whole)
    full = round(share * WIDTH)
    return f"[{'█' * full}{'·' * (WIDTH - full)}] {share:4.0%}"


@contextlib.contextmanager
def shown(arguments: argparse.Namespace, work: str) -> Iterator[None]:
    """While the block runs: how far work of that name is, on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(arguments, work, over), name="progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


def _watch(arguments: argparse.Namespace, work: str, over: threading.Event) -> None:
    from collector.cli.terminal import answer

    try:
        with answer.collector(arguments) as client:
            while not over.wait(PAUSE_S):
                for one in client.get("progress")["items"]:
                    if one["work"] == work:
                        sys.stderr.write(f"{_CLEAR}{work} {bar(one['done'], one['whole'])}")
                        sys.stderr.flush()
    except NinewardError:
        return  # the command itself says what is wrong
