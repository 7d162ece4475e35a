"""``nineward-agent kinds``, as a person types it."""

import pytest

from agent import probes
from agent.cli import main


def test_kinds_lists_every_probe_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kinds"]) == 0

    said = capsys.readouterr().out
    assert all(f"\n{kind}" in f"\n{said}" for kind in probes.kinds())
    assert "--option count=" in said
