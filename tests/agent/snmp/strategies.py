"""Names and values as Hypothesis may choose them."""

from hypothesis import strategies as st

from agent.snmp.ber import Oid, Tag, Value, VarBind

_edges = st.sampled_from((0, 127, 128, 16_383, 16_384, 2**32 - 1))
_part = st.one_of(st.integers(0, 2**32 - 1), _edges)
_low = st.tuples(st.integers(0, 1), st.integers(0, 39))
_high = st.tuples(st.just(2), st.integers(0, 2**32 - 1))


def _joined(ends: tuple[tuple[int, int], list[int]]) -> Oid:
    return (*ends[0], *ends[1])


oids: st.SearchStrategy[Oid] = st.tuples(st.one_of(_low, _high), st.lists(_part, max_size=66)).map(_joined)
short_oids: st.SearchStrategy[Oid] = st.tuples(_low, st.lists(_part, min_size=1, max_size=6)).map(_joined)


def _of(values: st.SearchStrategy[Value], *tags: Tag) -> st.SearchStrategy[tuple[Tag, Value]]:
    return st.tuples(st.sampled_from(tags), values)


_typed: st.SearchStrategy[tuple[Tag, Value]] = st.one_of(
    _of(st.integers(-(2**31), 2**31 - 1), Tag.INTEGER),
    _of(st.integers(0, 2**32 - 1), Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS),
    _of(st.integers(0, 2**64 - 1), Tag.COUNTER64),
    _of(st.binary(max_size=140), Tag.OCTET_STRING, Tag.OPAQUE),
    _of(st.binary(min_size=4, max_size=4), Tag.IP_ADDRESS),
    _of(short_oids, Tag.OBJECT_IDENTIFIER),
    _of(st.none(), Tag.NULL),
)
_absent = _of(st.none(), Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW)


def _varbinds(typed: st.SearchStrategy[tuple[Tag, Value]]) -> st.SearchStrategy[list[VarBind]]:
    return st.lists(st.builds(lambda oid, value: VarBind(oid, *value), short_oids, typed), max_size=4)


some_varbinds = _varbinds(st.one_of(_typed, _absent))
v1_varbinds = _varbinds(_typed.filter(lambda typed: typed[0] != Tag.COUNTER64))
"""Without what v1 cannot carry."""
