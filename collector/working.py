"""Working: what every room with a thread of its own does alike, which is to begin and to end."""

import threading
from abc import ABC, abstractmethod


class Working(ABC):
    """A room whose work is done in one thread, which sleeps on ``_bell`` and returns when ``_ending`` is set."""

    def __init__(self) -> None:
        self._bell = threading.Condition()
        self._ending = False
        self._thread: threading.Thread | None = None

    @abstractmethod
    def _run(self) -> None:
        """The work. Looks at ``_ending`` whenever it holds the bell."""

    def _begin(self, name: str) -> None:
        """Start the thread under that name."""
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _end(self) -> bool:
        """Have the thread finish, and wait for it; False when none was running. Safe to call twice."""
        with self._bell:
            self._ending = True
            self._bell.notify_all()
        if self._thread is None:
            return False
        self._thread.join()
        self._thread = None
        return True
