"""What holds for every test: with CI set, a skipped test is a failed run, because nothing may go unseen.

Data that is not the project's own may be absent anywhere: tests that want it are then listed, and that is all.
"""

import os

import pytest

_skipped: dict[str, str] = {}
_NOT_OURS = "not beside the project"
"""What the reason of a skip says when only data of others is missing."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped[report.nodeid] = reason


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.section(f"{len(_skipped)} skipped by name")
        for name, reason in sorted(_skipped.items()):
            terminalreporter.write_line(f"{name}: {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs in real time and one after the other comes first: the others fill the time that it waits."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    ours = [reason for reason in _skipped.values() if _NOT_OURS not in reason]
    if os.environ.get("CI") == "true" and ours and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
