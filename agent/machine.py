"""What tells this machine, and this run of it, from every other one."""

import os
import socket
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

from agent.procfs import text


def machine_id() -> str:
    """The id the system gave itself at installation (machine-id(5)), or an empty text."""
    return (text("/etc/machine-id") or text("/var/lib/dbus/machine-id")).strip()


def machine_boot() -> str:
    """The kernel's id of this boot; another one means that the machine was down in between. Empty where unknown."""
    return text("/proc/sys/kernel/random/boot_id").strip()


def hostname() -> str:
    """The machine's own name for itself, without its domain."""
    return socket.gethostname().partition(".")[0]


def version() -> str:
    """The version of Nineward that is installed."""
    try:
        return installed("nineward")
    except PackageNotFoundError:
        return "unknown"


def resident_bytes() -> int:
    """Memory of this process that is in RAM, 0 where the system does not tell (proc(5), statm)."""
    words = text("/proc/self/statm").split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") if len(words) > 1 else 0
