"""Tasks and named processes."""

import subprocess
from collections.abc import Iterator

import psutil
import pytest

from agent.probes.process import Running, judge, tasks, wanted
from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import look

SHELL = Running(1, "sh", "/bin/sh -c server")
SERVER = Running(2, "nineward-server", "/usr/bin/python /opt/nineward-server-main --port 80")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "59.125"])
    yield process
    process.kill()
    process.wait()


def test_tasks_come_from_the_line_of_load_averages() -> None:
    assert tasks("0.20 0.18 0.12 3/456 11206\n") == {"running": 3, "tasks": 456}
    assert tasks("") == {}


def test_names_are_compared_as_the_kernel_cuts_them() -> None:
    assert wanted([SHELL, SERVER], ["nineward-server-main"], [])["nineward-server-main"] == [SERVER]


def test_patterns_are_searched_in_the_command_line() -> None:
    assert wanted([SHELL, SERVER], [], [r"--port \d+"])[r"--port \d+"] == [SERVER]


def test_too_few_or_too_many_are_failed() -> None:
    assert judge({"a": []}, 1, 0) == (Outcome.FAILED, "a: 0 running")
    assert judge({"a": [SHELL, SERVER]}, 1, 1) == (Outcome.FAILED, "a: 2 running")
    assert judge({"a": [SHELL, SERVER]}, 1, 0) == (Outcome.OK, "")


def test_without_names_no_process_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(psutil, "process_iter")

    assert look("process").values["tasks"] > 0


def test_a_running_process_is_found(sleeper: subprocess.Popen[bytes]) -> None:
    found = look("process", names="sleep", patterns=r"sleep 59\.125")

    assert found.outcome is Outcome.OK
    assert found.values[r"processes[sleep 59\.125]"] == 1


def test_a_process_that_is_not_there_is_failed() -> None:
    assert look("process", names="no-such-program").outcome is Outcome.FAILED


def test_a_zombie_does_not_count(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    while psutil.Process(sleeper.pid).status() != psutil.STATUS_ZOMBIE:
        pass

    assert look("process", patterns=r"sleep 59\.125").outcome is Outcome.FAILED


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="patterns"):
        look("process", patterns="(")
