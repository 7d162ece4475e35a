"""The line that tells how far work is."""

import io

from agent.cli.terminal.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_in_a_pipe_nothing_is_shown() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.show("3 of 9")
    progress.clear()

    assert stream.getvalue() == ""


def test_on_a_terminal_the_line_is_written_over_and_left_empty() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.show("3 of 9")
    progress.clear()

    assert stream.getvalue() == "\r\x1b[K3 of 9\r\x1b[K"
