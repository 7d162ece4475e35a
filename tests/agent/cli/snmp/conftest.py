"""Two real devices, and secrets where a command line may name them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.cli import main
from tests.agent.cli.snmp.daemon import AUTH_KEY, COMMUNITY, ENGINE, PRIV_KEY, snmpd

Snmp = Callable[..., int]

_USERS = f"""
view narrow included .1.3.6.1.2.1.25
view nothing excluded .1.3
createUser watcher SHA-256 "{AUTH_KEY}" AES "{PRIV_KEY}"
rouser watcher authPriv
createUser legacy SHA "{AUTH_KEY}" AES-256-C "{PRIV_KEY}"
rouser legacy authPriv
createUser unkeyed
rouser unkeyed noauth
createUser half SHA-256 "{AUTH_KEY}"
rouser half authNoPriv
createUser narrow SHA-256 "{AUTH_KEY}" AES "{PRIV_KEY}"
rouser narrow authPriv -V narrow
createUser groupless SHA-256 "{AUTH_KEY}" AES "{PRIV_KEY}"
"""


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A device with a community for all and one for others, and users of every kind."""
    config = (
        f"exactEngineID 0x{ENGINE}\n"
        f"rocommunity {COMMUNITY} 127.0.0.0/8\n"
        "rocommunity others-word 192.0.2.0/24\n"
        "sysName core-1\nsysServices 72\nsysLocation 机房\nsysDescr Test device\n"
        f"{_USERS}"
    )
    with snmpd(tmp_path_factory.mktemp("device"), config) as place:
        yield place


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A clone of it, whose engine has counted its starts to the end."""
    config = f"exactEngineID 0x{ENGINE}\nrocommunity {COMMUNITY} 127.0.0.0/8\n{_USERS}"
    remembered = f"oldEngineID 0x{ENGINE}\nengineBoots 2147483646\n"
    with snmpd(tmp_path_factory.mktemp("clone"), config + remembered) as place:
        yield place


@pytest.fixture
def snmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snmp:
    """Runs one action; the secrets are in COMMUNITY, AUTH_KEY, PRIV_KEY and, wrong ones, in WRONG and OTHERS."""
    monkeypatch.setenv("COMMUNITY", COMMUNITY)
    monkeypatch.setenv("AUTH_KEY", AUTH_KEY)
    monkeypatch.setenv("PRIV_KEY", PRIV_KEY)
    monkeypatch.setenv("WRONG", "a-wrong-word")
    monkeypatch.setenv("OTHERS", "others-word")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(action: str, *words: str) -> int:
        return main(["snmp", action, *words, "--config", str(tmp_path / "agent.toml")])

    return run
