"""What is written into a ticket: the title and the text that a telling carries, cut and marked."""

from collector.remote.telling import Telling


def title(telling: Telling, longest: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(telling.title.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def text(telling: Telling, mark: str = "") -> str:
    """Several lines; the last is the telling's reference, behind ``mark`` where there is one."""
    return f"{telling.body}\n\n{mark} {telling.reference}" if mark else f"{telling.body}\n\n{telling.reference}"
