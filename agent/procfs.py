"""Small files of /proc and /sys, read with as few system calls as there are."""

import os


def text(path: str) -> str:
    """The content of a small kernel file, or an empty text where there is no such file or no leave to read it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        parts = []
        while part := os.read(handle, 65536):
            parts.append(part)
    except OSError:
        return ""
    finally:
        os.close(handle)
    return b"".join(parts).decode("utf-8", "surrogateescape")


def stalled_us(pressure: str) -> int | None:
    """The running total of the "some" line of a /proc/pressure file, in microseconds; None where there is none."""
    for line in pressure.splitlines():
        if line.startswith("some "):
            return int(line.rpartition("total=")[2])
    return None
