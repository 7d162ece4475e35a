"""The table of confirmation, row by row."""

import pytest

from rules.state import Layer, State, confirmed


@pytest.mark.parametrize(
    ("before", "bad", "changed", "after"),
    [
        (Layer(False, 0), False, False, Layer(False, 0)),
        (Layer(False, 0), True, False, Layer(False, 1, 60, 120)),
        (Layer(False, 1, 0, 60), True, False, Layer(False, 2, 0, 60)),
        (Layer(False, 2, 0, 60), True, True, Layer(True, 0, 0, 60)),
        (Layer(False, 2, 0, 60), False, False, Layer(False, 0, 0, 60)),
        (Layer(True, 0), True, False, Layer(True, 0)),
        (Layer(True, 0), False, False, Layer(True, 1, 60, 120)),
        (Layer(True, 2, 0, 60), False, True, Layer(False, 0, 0, 60)),
        (Layer(True, 2, 0, 60), True, False, Layer(True, 0, 0, 60)),
    ],
)
def test_a_sample_moves_the_layer_as_the_table_says(before: Layer, bad: bool, changed: bool, after: Layer) -> None:
    moved = before.take(bad, at=120, last=60, needed=3)

    assert (moved, before) == (changed, after)


@pytest.mark.parametrize(
    ("down", "impaired", "state"),
    [(False, False, State.UP), (False, True, State.DEGRADED), (True, True, State.DOWN)],
)
def test_the_confirmed_state_follows_from_the_layers(down: bool, impaired: bool, state: State) -> None:
    assert confirmed(down, impaired) is state
