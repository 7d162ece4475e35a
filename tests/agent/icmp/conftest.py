"""The cable of the ICMP tests, one for each worker, and what a socket's owner heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from agent.icmp.owner import Stray
from agent.icmp.packet import Refusal
from tests.agent.icmp.cable import Cable, able, cable, echoed


@pytest.fixture(scope="session")
def one_cable() -> Iterator[Cable]:
    lacking = able()
    if lacking:
        pytest.skip(lacking)
    with cable() as made:
        yield made


@pytest.fixture
def line(one_cable: Cable) -> Cable:
    """A cable with ping sockets allowed and an honest host at its far end."""
    one_cable.allow_ping_sockets(True)
    one_cable.host.script = lambda request: [echoed(request)]
    return one_cable


@pytest.fixture(params=["ping socket", "raw socket"])
def either(request: pytest.FixtureRequest, line: Cable) -> Cable:
    """The cable twice: with the kernel's ping sockets, and with raw ones because those are not allowed."""
    line.allow_ping_sockets(request.param == "ping socket")
    return line


@dataclass
class Heard:
    """An owner that writes down what it is told."""

    answers: dict[int, int] = field(default_factory=dict)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    silent: list[int] = field(default_factory=list)
    troubles: dict[int, OSError] = field(default_factory=dict)
    strays: list[tuple[int, Stray, str]] = field(default_factory=list)

    def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
        assert not self.answers.keys() & set(keys)
        self.answers.update(zip(keys, rtts_ns, strict=True))

    def refused(self, key: int, refusal: Refusal) -> None:
        self.refusals[key] = refusal

    def expired(self, key: int) -> None:
        self.silent.append(key)

    def unable(self, key: int, trouble: OSError) -> None:
        self.troubles[key] = trouble

    def stray(self, key: int, why: Stray, rtt_ns: int, source: str) -> None:
        self.strays.append((key, why, source))

    @property
    def settled(self) -> int:
        return len(self.answers) + len(self.refusals) + len(self.silent) + len(self.troubles)


@pytest.fixture
def heard() -> Heard:
    return Heard()
