"""``nineward-agent run``: what stops it before it begins. The agent at work: tests/agent/test_app.py."""

from pathlib import Path

import pytest

from agent.cli import main


def test_bad_settings_stop_a_run_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.toml").write_text("spol = 1")

    assert main(["run", "--config", str(tmp_path / "agent.toml")]) == 2
    assert "did you mean 'spool'" in capsys.readouterr().err
