"""The life of an incident, step by step."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.incident import LIVE, SET_ASIDE, TABLE, ActorKind, Course, Phase, Step, Verb, advance, course, permitted

PERSON, MONITOR, SYSTEM = ActorKind.PERSON, ActorKind.MONITOR, ActorKind.TICKET_SYSTEM


def life(*steps: tuple[Verb, ActorKind]) -> Course:
    """An incident opened at 0 whose further steps come at 1, 2, 3 …"""
    numbered = [Step(verb, at, actor) for at, (verb, actor) in enumerate(steps, start=1)]
    return course([Step(Verb.OPEN, 0, MONITOR), *numbered])


def test_the_common_way() -> None:
    found = life((Verb.ACKNOWLEDGE, PERSON), (Verb.START, PERSON), (Verb.RESOLVE, PERSON), (Verb.CLOSE, PERSON))

    assert (found.phase, found.answered, found.started, found.resolved, found.closed) == (Phase.CLOSED, 1, 2, 3, 4)


def test_a_pause_ends_where_it_began() -> None:
    found = life((Verb.START, PERSON), (Verb.PAUSE, PERSON), (Verb.RESUME, PERSON))

    assert found.phase is Phase.STARTED
    assert found.pauses == ((2, 3),)


def test_a_resolution_ends_a_pause() -> None:
    found = life((Verb.PAUSE, PERSON), (Verb.RESOLVE, MONITOR))

    assert found.pauses == ((1, 2),)
    assert found.idle(9) == [(1, 2)]


def test_a_pause_that_lasts_is_counted_as_far_as_asked() -> None:
    assert life((Verb.PAUSE, PERSON)).idle(9) == [(1, 9)]


@pytest.mark.parametrize("actor", [MONITOR, SYSTEM])
def test_only_a_person_answers(actor: ActorKind) -> None:
    assert life((Verb.ACKNOWLEDGE, actor)).answered is None


def test_a_comment_is_no_answer() -> None:
    assert life((Verb.COMMENT, PERSON)).answered is None


def test_what_the_monitor_resolves_unanswered_recovered_by_itself() -> None:
    assert life((Verb.RESOLVE, MONITOR)).self_recovered
    assert not life((Verb.ACKNOWLEDGE, PERSON), (Verb.RESOLVE, MONITOR)).self_recovered
    assert not life((Verb.RESOLVE, PERSON)).self_recovered


def test_a_reopened_incident_keeps_its_answer_and_forgets_its_end() -> None:
    found = life((Verb.ACKNOWLEDGE, PERSON), (Verb.RESOLVE, MONITOR), (Verb.REOPEN, MONITOR))

    assert (found.phase, found.answered, found.resolved) == (Phase.OPEN, 1, None)


def test_a_step_that_comes_too_late_is_moot() -> None:
    assert life((Verb.RESOLVE, PERSON), (Verb.RESOLVE, MONITOR)) == life((Verb.RESOLVE, PERSON))


def test_an_incident_begins_with_its_opening() -> None:
    with pytest.raises(ValueError, match="begins with the step that opens it"):
        course([Step(Verb.CLOSE, 0, PERSON)])


@pytest.mark.parametrize(("phase", "verb"), list(itertools.product(Phase, Verb)))
def test_exactly_the_permitted_steps_change_something(phase: Phase, verb: Verb) -> None:
    pauses = ((0, None),) if phase is Phase.PAUSED else ()
    changed = advance(Course(phase, 0, pauses=pauses), Step(verb, 5, PERSON))

    assert (changed is not None) == (verb in permitted(phase))


steps = st.lists(st.tuples(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(ActorKind))), max_size=30)


@given(steps)
def test_whatever_happens_the_marks_agree_with_the_phase(taken: list[tuple[Verb, ActorKind]]) -> None:
    found = life(*taken)

    assert found.resolved is None if found.phase in LIVE else found.resolved or found.phase in SET_ASIDE
    assert (found.closed is not None) == (found.phase is Phase.CLOSED or found.phase in SET_ASIDE)
    assert [end for _, end in found.pauses].count(None) == (found.phase is Phase.PAUSED)
    assert all(start <= end for start, end in found.idle(100))
