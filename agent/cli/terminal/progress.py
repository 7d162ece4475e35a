"""How far long work is: one line on a terminal that is written over, and nothing anywhere else."""

import sys
from typing import TextIO

_CLEAR = "\r\x1b[K"


class Progress:
    """A line on standard error; silent where that is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self.visible = self._stream.isatty()

    def show(self, text: str) -> None:
        """Put ``text`` in place of what stood there."""
        if self.visible:
            self._stream.write(_CLEAR + text)
            self._stream.flush()

    def clear(self) -> None:
        """Leave the line empty for what is printed next."""
        self.show("")
