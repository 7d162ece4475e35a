"""A storm of one source is thinned out; the others are heard."""

from agent.traps.gate import Gate


def test_so_many_a_minute_are_let_in() -> None:
    gate = Gate(50)
    assert sum(gate.admit("a", 0.0) for _ in range(200)) == 50


def test_what_was_left_out_is_counted_and_told_once() -> None:
    gate = Gate(50)
    for _ in range(80):
        gate.admit("a", 0.0)
    assert (gate.unkept("a"), gate.unkept("a")) == (30, 0)


def test_a_lasting_storm_is_sampled_at_the_pace_it_may_have() -> None:
    gate = Gate(60)
    kept = sum(gate.admit("a", second / 100) for second in range(60 * 100))
    assert 60 + 58 <= kept <= 60 + 61


def test_a_storm_of_one_does_not_silence_another() -> None:
    gate = Gate(50)
    for _ in range(5000):
        gate.admit("loud", 0.0)
    assert gate.admit("quiet", 0.0)


def test_all_sources_together_have_a_bound_too() -> None:
    gate = Gate(10)
    assert sum(gate.admit(f"source-{number}", 0.0) for number in range(1000)) == 100


def test_the_memory_of_sources_is_bounded() -> None:
    gate = Gate(50)
    gate.admit("first", 0.0)
    for _ in range(60):
        gate.admit("first", 0.0)
    for number in range(5000):
        gate.admit(f"forged-{number}", 0.0)
    assert gate.unkept("first") == 0
