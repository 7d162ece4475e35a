"""Real child processes: what they may be, who they are, how they end."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.nagios import Output
from agent.probes.plugin import Command, Unusable, check_file, fill, reading
from rules.result import Outcome, Reading
from tests.agent.probes.conftest import look

Run = Callable[..., Reading]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a child without privileges can enter; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="nineward-plugin-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def script(folder: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = folder / "check"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return write


def run(
    *command: str,
    address: str = "",
    deadline_s: float = 5,
    types: dict[str, str] | None = None,
    log: Callable[[str], None] = print,
    **options: Any,
) -> Reading:
    """One look by a plugin whose command, with the types of its places, stands in agent.toml."""
    local = {"commands": {"it": {"command": list(command), "values": types or {}}}}
    return look("plugin", address, deadline_s=deadline_s, local=local, log=log, command="it", **options)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(0, Outcome.OK), (1, Outcome.DEGRADED), (2, Outcome.FAILED), (3, Outcome.ERROR), (4, Outcome.ERROR)],
)
def test_exit_codes_are_outcomes(script: Callable[[str], str], code: int, outcome: Outcome) -> None:
    found = run(script(f"echo 'it says | load=42%;80;90'; exit {code}"))

    assert found.outcome is outcome
    assert "it says" in found.text
    assert found.values == {"load_ratio": 0.42}


def test_critical_may_mean_degraded(script: Callable[[str], str]) -> None:
    assert run(script("exit 2"), critical="degraded").outcome is Outcome.DEGRADED


def test_a_plugin_killed_by_a_signal_did_not_look(script: Callable[[str], str]) -> None:
    found = run(script("kill -9 $$"))

    assert (found.outcome, found.text) == (Outcome.ERROR, "killed by signal 9")


def test_values_go_into_their_places_and_stay_one_argument(script: Callable[[str], str]) -> None:
    found = run(
        script('echo "$# $1 $2"'),
        "--path={path}",
        "{address}",
        address="192.0.2.1",
        types={"path": "path"},
        values=("path=/srv/my data",),
    )

    assert found.text == "2 --path=/srv/my data 192.0.2.1"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", "5; reboot"),
        ("word", "-c"),
        ("word", "a b"),
        ("path", "relative"),
        ("path", "/srv/../etc"),
        ("host", "--help"),
        ("number", "$(id)"),
        ("int", "5\n6"),
        ("text", "anything"),
    ],
)
def test_a_value_not_of_its_type_is_refused(kind: str, value: str) -> None:
    with pytest.raises(Unusable):
        fill(Command(["/x", "{it}"], {"it": kind}), {"it": value}, "")


def test_an_address_that_looks_like_an_option_is_refused() -> None:
    with pytest.raises(Unusable, match="no host"):
        fill(Command(["/x", "{address}"]), {}, "-oProxyCommand=evil")


def test_values_missing_or_without_a_place_are_refused() -> None:
    with pytest.raises(Unusable, match="needs a value for 'it'"):
        fill(Command(["/x", "{it}"], {"it": "int"}), {}, "")
    with pytest.raises(Unusable, match="no place for 'other'"):
        fill(Command(["/x"]), {"other": "1"}, "")


def test_a_command_the_agent_does_not_name_is_an_error() -> None:
    found = look("plugin", "", command="/bin/sh", local={"commands": {}})

    assert found.outcome is Outcome.ERROR
    assert "no command of this name" in found.text


def test_mistakes_in_agent_toml_are_an_error_and_told() -> None:
    found = look("plugin", "", command="it", local={"commands": {"it": {"comand": ["/x"]}}})

    assert found.outcome is Outcome.ERROR
    assert "did you mean 'command'" in found.text


def test_a_file_that_others_can_write_is_refused(script: Callable[[str], str]) -> None:
    path = script("exit 0")
    Path(path).chmod(0o757)

    found = run(path)

    assert found.outcome is Outcome.ERROR
    assert "can be written by others" in found.text


def test_a_file_in_a_folder_that_others_can_write_is_refused(script: Callable[[str], str], folder: Path) -> None:
    path = script("exit 0")
    folder.chmod(0o777)

    assert "others can write to" in run(path).text


def test_a_file_of_somebody_else_is_refused(script: Callable[[str], str]) -> None:
    path = script("exit 0")
    if os.geteuid() != 0:
        pytest.skip("needs root to give a file away")
    os.chown(path, 65534, 65534)

    assert "belongs neither" in run(path).text


@pytest.mark.parametrize("path", ["check", "/no/such/file", "/etc"])
def test_what_is_no_whole_path_to_a_file_is_refused(path: str) -> None:
    with pytest.raises(Unusable):
        check_file(Path(path), os.geteuid())


def test_root_does_not_run_plugins_as_root(script: Callable[[str], str]) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to drop its privileges")

    assert run(script("id -un; exit 0")).text == "nobody"


def test_the_childs_environment_holds_nothing_of_the_agents(
    script: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NINEWARD_TOKEN", "secret")

    assert "secret" not in run(script("env | tr '\\n' ' '")).text


def test_at_the_deadline_everything_the_plugin_started_is_ended(script: Callable[[str], str], folder: Path) -> None:
    note = folder / "grandchild"
    note.touch()
    note.chmod(0o666)
    begun = time.monotonic()

    found = run(script(f"sleep 60 & echo $! > {note}; wait"), deadline_s=0.4)

    assert (found.outcome, found.text) == (Outcome.FAILED, "no answer within 0.4 s")
    assert time.monotonic() - begun < 3
    assert _ended(int(note.read_text()))


def _ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only not yet collected by whoever inherited it."""
    for _ in range(100):
        try:
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_endless_output_does_no_harm(script: Callable[[str], str]) -> None:
    found = run(script("head -c 5000000 /dev/zero | tr '\\0' x; exit 1"))

    assert found.outcome is Outcome.DEGRADED
    assert len(found.text) == 500


def test_standard_error_is_logged_only(script: Callable[[str], str]) -> None:
    lines: list[str] = []

    found = run(script("echo trouble >&2; echo fine"), log=lines.append)

    assert found.text == "fine"
    assert "standard error: trouble" in lines


def test_a_file_that_cannot_be_executed_is_an_error(script: Callable[[str], str]) -> None:
    path = script("exit 0")
    Path(path).chmod(0o644)

    assert run(path).outcome is Outcome.ERROR


def test_values_are_bounded() -> None:
    from agent.nagios import perfdata

    data = tuple(perfdata(" ".join(f"v{n}=1" for n in range(500))))

    assert len(reading(0, Output("OK", data=data), Outcome.FAILED).values) == 200
