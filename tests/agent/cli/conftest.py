"""A network of our own for the tools that ping."""

from collections.abc import Iterator

import pytest

from tests.agent.cli.cable import NAMESPACES, Cable, cable


@pytest.fixture(scope="module")
def ends() -> Iterator[Cable]:
    """A prober at one end of a cable, and whole networks at the other."""
    if not NAMESPACES:
        pytest.skip("needs root and iproute2 to make network namespaces")
    with cable() as made:
        yield made
