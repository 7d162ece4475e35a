"""Who gets in, who does not, and what each role may do."""

from pathlib import Path

import pytest

from collector.access import SYSTEM, Principal, local, require, require_approver
from collector.roles import MAY, Permission, Role
from collector.specs import JoinSpec, JoinTokenSpec, PersonSpec, TokenSpec
from rules.errors import Conflicting, Forbidden, Invalid, Unauthenticated, Unavailable
from tests.collector.rooms import ADMIN, Rooms

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(rooms: Rooms) -> str:
    """The id of a person with a password."""
    person = rooms.registry.people.add(PersonSpec("ada", "admin"), ADMIN)
    rooms.access.set_password(person.id, PASSWORD)
    return person.id


def test_a_link_signs_in(rooms: Rooms, ada: str) -> None:
    session = rooms.access.follow_link(rooms.access.new_link(ada))

    assert rooms.access.cookie(session) == Principal("person", ada, "ada", Role.ADMIN)


def test_a_link_works_once(rooms: Rooms, ada: str) -> None:
    link = rooms.access.new_link(ada)
    rooms.access.follow_link(link)

    with pytest.raises(Unauthenticated, match="used already"):
        rooms.access.follow_link(link)


def test_a_link_expires(rooms: Rooms, ada: str) -> None:
    link = rooms.access.new_link(ada)
    rooms.clock.at += 3_600_000

    with pytest.raises(Unauthenticated):
        rooms.access.follow_link(link)


def test_a_password_signs_in(rooms: Rooms, ada: str) -> None:
    assert rooms.access.cookie(rooms.access.sign_in("ada", PASSWORD)).id == ada


def test_a_wrong_password_and_an_unknown_name_sound_alike(rooms: Rooms, ada: str) -> None:
    sentences = set()
    for name in ("ada", "nobody"):
        with pytest.raises(Unauthenticated) as refused:
            rooms.access.sign_in(name, "wrong password")
        sentences.add(refused.value.message)

    assert len(sentences) == 1


def test_nobody_may_guess_for_long(rooms: Rooms, ada: str) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            rooms.access.sign_in("ada", "wrong password")

    with pytest.raises(Unavailable):
        rooms.access.sign_in("ada", PASSWORD)
    rooms.clock.at += 60_001
    assert rooms.access.sign_in("ada", PASSWORD)


def test_somebody_without_a_password_cannot_use_one(rooms: Rooms) -> None:
    rooms.registry.people.add(PersonSpec("eve", "viewer"), ADMIN)

    with pytest.raises(Unauthenticated):
        rooms.access.sign_in("eve", "")


def test_a_session_ends_by_itself(rooms: Rooms, ada: str) -> None:
    session = rooms.access.sign_in("ada", PASSWORD)
    rooms.clock.at += rooms.settings.session

    with pytest.raises(Unauthenticated):
        rooms.access.cookie(session)


def test_signing_out_ends_the_session(rooms: Rooms, ada: str) -> None:
    session = rooms.access.sign_in("ada", PASSWORD)
    rooms.access.sign_out(session)

    with pytest.raises(Unauthenticated):
        rooms.access.cookie(session)


def test_a_new_password_ends_every_session(rooms: Rooms, ada: str) -> None:
    session = rooms.access.sign_in("ada", PASSWORD)
    rooms.access.set_password(ada, PASSWORD + "!")

    with pytest.raises(Unauthenticated):
        rooms.access.cookie(session)


def test_a_disabled_person_is_out_at_once(rooms: Rooms, ada: str) -> None:
    other = rooms.registry.people.add(PersonSpec("grace", "admin"), ADMIN)
    session = rooms.access.follow_link(rooms.access.new_link(other.id))
    rooms.registry.people.disable("grace", ADMIN)

    with pytest.raises(Unauthenticated):
        rooms.access.cookie(session)


def test_the_last_administrator_cannot_be_disabled(rooms: Rooms, ada: str) -> None:
    with pytest.raises(Conflicting, match="only administrator"):
        rooms.registry.people.disable("ada", ADMIN)


def test_a_short_password_is_refused(rooms: Rooms, ada: str) -> None:
    with pytest.raises(Invalid, match="at least 10"):
        rooms.access.set_password(ada, "short")


def test_a_token_names_its_role_and_scope(rooms: Rooms) -> None:
    made, text = rooms.registry.people.new_token(TokenSpec("grafana", "viewer", {"site": "hz"}), ADMIN)

    assert rooms.access.bearer(text) == Principal("token", made.id, "grafana", Role.VIEWER, {"site": "hz"})


def test_a_token_expires(rooms: Rooms) -> None:
    text = rooms.registry.people.new_token(TokenSpec("grafana", "viewer", ttl="1h"), ADMIN)[1]
    rooms.clock.at += 3_600_000

    with pytest.raises(Unauthenticated, match="expired"):
        rooms.access.bearer(text)


def test_a_revoked_token_is_nobodys(rooms: Rooms) -> None:
    text = rooms.registry.people.new_token(TokenSpec("grafana", "viewer"), ADMIN)[1]
    rooms.access.bearer(text)
    rooms.registry.people.revoke_token("grafana", ADMIN)

    with pytest.raises(Unauthenticated):
        rooms.access.bearer(text)


def test_no_token_password_or_link_is_kept_as_itself(rooms: Rooms, ada: str) -> None:
    secrets = [
        rooms.registry.people.new_token(TokenSpec("grafana", "viewer"), ADMIN)[1],
        rooms.access.new_link(ada),
        rooms.access.sign_in("ada", PASSWORD),
        rooms.registry.agents.join(
            JoinSpec(rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)[1], name="a"), "192.0.2.1"
        ).token,
        PASSWORD,
    ]
    kept = b"".join(path.read_bytes() for path in rooms.settings.data.rglob("*") if path.is_file())

    assert not [secret for secret in secrets if secret.encode() in kept]


def test_an_agents_token_opens_nothing_else(rooms: Rooms) -> None:
    text = rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)[1]
    joined = rooms.registry.agents.join(JoinSpec(text, name="a"), "192.0.2.1")

    with pytest.raises(Forbidden):
        require(rooms.access.bearer(joined.token), Permission.READ)


def test_tokens_that_could_not_be_read_are_read_the_next_time(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a revoked token would be worth something until the next change."""
    token, text = rooms.registry.people.new_token(TokenSpec("ci", "viewer"), ADMIN)
    assert rooms.access.bearer(text).name == "ci"
    rooms.registry.people.revoke_token(token.id, ADMIN)

    def busy() -> None:
        raise Unavailable("The disk does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(rooms.state, "read", busy)
        with pytest.raises(Unavailable):
            rooms.access.bearer(text)

    with pytest.raises(Unauthenticated):
        rooms.access.bearer(text)


def test_the_first_link_is_for_an_administrator_made_for_it(rooms: Rooms) -> None:
    first = rooms.registry.people.first(SYSTEM)
    again = rooms.registry.people.first(SYSTEM)

    assert (first.role, again.id) == ("admin", first.id)


def test_an_unknown_role_is_refused_with_a_hint(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as refused:
        rooms.registry.people.add(PersonSpec("eve", "operater"), ADMIN)

    assert "did you mean 'operator'" in refused.value.mistakes[0]


def test_every_role_has_its_row() -> None:
    assert set(MAY) == set(Role)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CUSTOMER, Role.SERVICE_DESK, Role.AUDITOR, Role.TICKETING])
def test_few_may_configure(role: Role) -> None:
    with pytest.raises(Forbidden, match="may not configure"):
        require(Principal("person", "u_1", "eve", role), Permission.CONFIGURE)


def test_a_scope_hides_what_lies_outside() -> None:
    scoped = Principal("person", "u_1", "eve", Role.OPERATOR, {"customer": "acme"})
    require(scoped, Permission.HANDLE, {"customer": "acme", "site": "hz"})

    with pytest.raises(Forbidden, match="outside"):
        require(scoped, Permission.HANDLE, {"customer": "other"})


def test_somebody_with_a_scope_cannot_act_for_the_whole() -> None:
    with pytest.raises(Forbidden, match="limited"):
        require(Principal("person", "u_1", "eve", Role.ADMIN, {"site": "hz"}), Permission.ADMINISTER)


@pytest.mark.parametrize("kind", ["token", "local", "agent"])
def test_only_signed_in_persons_approve(kind: str) -> None:
    with pytest.raises(Forbidden, match="person who has signed in"):
        require_approver(Principal(kind, "x", "x", Role.ADMIN), "u_2", one_person=True, about=({},))


def test_nobody_approves_their_own_proposal() -> None:
    with pytest.raises(Forbidden, match="other than the proposer"):
        require_approver(ADMIN, ADMIN.id, one_person=False, about=({},))


def test_in_one_person_mode_one_person_is_enough() -> None:
    require_approver(ADMIN, ADMIN.id, one_person=True, about=({},))


def test_a_local_command_is_known_by_its_user() -> None:
    assert local("root").actor == {"kind": "local", "id": "root", "name": "root"}


def test_the_page_of_roles_is_the_table_of_roles() -> None:
    columns = (
        Permission.READ,
        Permission.HANDLE,
        Permission.IMPROVE,
        Permission.MUTE,
        Permission.PLAN,
        Permission.PROPOSE,
        Permission.APPROVE,
        Permission.REPORT,
        Permission.CONFIGURE,
        Permission.ADMINISTER,
        Permission.AUDIT,
    )
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "who-may-do-what.md").read_text(encoding="utf-8")
    told = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(columns) + 1 and cells[0].strip("`") in set(Role):
            told[Role(cells[0].strip("`"))] = {
                right for right, cell in zip(columns, cells[1:], strict=True) if cell == "✓"
            }

    assert told == {role: set(MAY[role]) - {Permission.SUBMIT} for role in Role if role is not Role.AGENT}
