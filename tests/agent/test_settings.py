from pathlib import Path

import pytest

from agent.settings import Settings, load
from rules.errors import Invalid


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path / "agent.toml") == Settings()


def test_all_mistakes_are_told_at_once_with_their_paths(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('colector = "x"\n[spool]\nmax_bytes = "much"\nmax_age = "7 parsecs"\n')

    with pytest.raises(Invalid) as wrong:
        load(file)

    told = str(wrong.value)
    assert "did you mean 'collector'" in told
    assert "spool.max_bytes" in told
    assert "spool.max_age" in told


def test_the_table_of_a_probe_is_handed_through(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('[probes.plugin.commands.disk]\nargs = ["/usr/lib/x"]\n')

    assert load(file).probes["plugin"]["commands"]["disk"]["args"] == ["/usr/lib/x"]


@pytest.mark.parametrize("text", ["[spool]\nmax_bytes = 10", 'log_level = "loud"', "not toml at all ["])
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(text)

    with pytest.raises(Invalid):
        load(file)
