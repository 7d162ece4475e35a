"""Walks over everything devices are known to answer."""

from collections.abc import Callable, Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from agent.snmp.ber import Oid, Tag, Value, VarBind
from agent.snmp.walk import Walk, grouped

NAMES: Oid = (1, 3, 1)
STATES: Oid = (1, 3, 2)
AFTER: Oid = (1, 3, 3, 1)


def known_as(oid: Oid, value: Value) -> VarBind:
    return VarBind(oid, Tag.INTEGER if isinstance(value, int) else Tag.OCTET_STRING, value)


Device = Callable[[Sequence[Oid]], list[VarBind]]


def device(cells: dict[Oid, Value], repetitions: int = 10, most: int = 1000) -> Device:
    """A device that answers GETBULK rightly, but with ``most`` objects at a time."""
    known = sorted(cells)

    def answer(asked: Sequence[Oid]) -> list[VarBind]:
        at, found = list(asked), []
        for _ in range(repetitions):
            for place, oid in enumerate(at):
                after = next((one for one in known if one > oid), None)
                found.append(known_as(after, cells[after]) if after else VarBind(oid, Tag.END_OF_MIB_VIEW, None))
                at[place] = after or oid
        return found[:most]

    return answer


def walked(device: Device, *columns: Oid, most: int = 50_000) -> Walk:
    walk = Walk(columns, most)
    for _ in range(1000):
        if walk.done:
            return walk
        walk.take(device(walk.asks()))
    raise AssertionError("the walk does not end")


TABLE: dict[Oid, Value] = {
    **{(*NAMES, row): b"port" for row in range(1, 8)},
    **{(*STATES, row): 1 for row in range(1, 26)},
    AFTER: 5,
}


def test_columns_of_different_length_are_read_whole() -> None:
    walk = walked(device(TABLE), NAMES, STATES)

    assert (len(walk.cells[NAMES]), len(walk.cells[STATES])) == (7, 25)
    assert walk.faults == []


def test_an_answer_cut_anywhere_only_takes_longer() -> None:
    assert walked(device(TABLE, most=3), NAMES, STATES).cells == walked(device(TABLE), NAMES, STATES).cells


def test_the_end_of_the_view_ends_the_column() -> None:
    assert walked(device({(*STATES, 1): 7}), STATES).cells == {STATES: {(1,): 7}}


def test_the_same_object_again_ends_the_column_and_is_told() -> None:
    walk = walked(lambda asked: [known_as((*STATES, 4), 1)], STATES)

    assert walk.cells == {STATES: {(4,): 1}}
    assert walk.faults == ["1.3.2: objects do not increase at 1.3.2.4"]


def test_a_circle_ends_at_the_first_step_back() -> None:
    answers: Iterator[list[VarBind]] = iter(
        [[known_as((*STATES, row), 1) for row in answer] for answer in ((1, 2), (3, 1))]
    )

    walk = walked(lambda asked: next(answers), STATES)

    assert list(walk.cells[STATES]) == [(1,), (2,), (3,)]
    assert walk.faults


def test_an_empty_answer_ends_the_walk_and_is_told() -> None:
    walk = walked(lambda asked: [], NAMES, STATES)

    assert walk.faults == ["1.3.1, 1.3.2: an empty answer"]


def test_an_endless_table_is_cut_off() -> None:
    endless = walked(
        lambda asked: [known_as((*asked[0][: len(STATES)], (asked[0][len(STATES) :] or (0,))[0] + 1), 1)],
        STATES,
        most=50,
    )

    assert len(endless.cells[STATES]) == 50
    assert endless.faults == ["1.3.2: more than 50 values"]


def test_a_column_keeps_what_came_before_the_device_left_the_table() -> None:
    walk = walked(lambda asked: [known_as((*STATES, 1), 1), known_as(AFTER, 5)], STATES)

    assert (walk.cells, walk.faults) == ({STATES: {(1,): 1}}, [])


def test_each_answer_leaves_its_own_uptime() -> None:
    walk = Walk([STATES])
    walk.take([known_as((*STATES, 1), 1), known_as((*STATES, 2), 1)], 100)
    walk.take([known_as((*STATES, 3), 1)], 200)

    assert walk.stamps[STATES] == ([(2,), (3,)], [100, 200])


def test_columns_of_one_table_stay_together_and_ten_go_at_once() -> None:
    one, other = [(1, 1, column) for column in range(8)], [(1, 2, column) for column in range(5)]

    assert grouped((*one, *other, (1, 3, 1)), 10) == (tuple(one), (*other, (1, 3, 1)))


@given(
    st.lists(
        st.lists(
            st.builds(
                VarBind,
                st.lists(st.integers(0, 4), max_size=4).map(tuple),
                st.sampled_from([Tag.INTEGER, Tag.NO_SUCH_OBJECT, Tag.END_OF_MIB_VIEW]),
                st.one_of(st.none(), st.integers()),
            ),
            max_size=8,
        ),
        max_size=40,
    )
)
def test_no_device_whatever_can_keep_a_walk_from_ending(answers: list[list[VarBind]]) -> None:
    walk = Walk([(1, 1), (1, 2)], most=30)
    for answer in answers:
        if walk.done:
            break
        walk.take(answer)
    for _ in range(40):
        if walk.done:
            break
        walk.take([known_as(oid, 1) for oid in walk.asks()])

    assert walk.done
    assert sum(map(len, walk.cells.values())) < 30 + 8
