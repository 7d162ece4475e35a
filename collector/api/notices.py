"""/notices: the channels on which people are told, a harmless message to one of them, and what became of messages."""

from dataclasses import asdict, dataclass
from typing import Annotated

from litestar import Controller, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Limit
from collector.held import held
from collector.roles import Permission
from collector.store import notices
from collector.store.notices import Message, MessageState
from rules.errors import Invalid


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A configured channel: its name and kind. What it is configured with stays in nineward.toml."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """Whether the channel took the test, and its raw answer or the reason it did not."""

    ok: bool
    answer: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message to a channel. ``answer`` is what it said when it took it, or why it did not. Instants in ms UTC."""

    id: str
    channel: str
    state: str
    urgent: bool
    title: str
    composed: int
    attempts: int
    next: int
    sent: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class HeldView:
    """A piece of news that nobody was sent yet. ``channel`` is empty while it is not routed.

    ``why`` is mute, patience (its fault may yet end before it is due), quiet, grouping, limit, failing, or gone (its
    channel is configured no more); ``until`` is null where nobody knows. Instants in ms UTC.
    """

    id: str
    channel: str
    incident: str
    summary: str
    event: str
    at: int
    why: str
    until: int | None


class NoticesDoor(Controller):
    path = "/notices"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal) -> list[ChannelView]:
        """The channels on which people are told."""
        require(principal, Permission.READ)
        return [ChannelView(name, str(table.get("kind", ""))) for name, table in house.settings.notices.items()]

    @get("/held", sync_to_thread=True)
    def held(self, house: House, principal: Principal, limit: Limit = 100) -> list[HeldView]:
        """What people are to hear of and nobody was sent yet, the newest first."""
        require(principal, Permission.HANDLE)
        with house.state.read() as tx:
            found = held(tx, house.noticing.channels, house.clock.now(), limit)
        return [HeldView(**asdict(one)) for one in found]

    @post("/{name:str}/test", sync_to_thread=True, status_code=200)
    def test(self, house: House, principal: Principal, name: str) -> TrialView:
        """Send one message that says it is a test."""
        require(principal, Permission.ADMINISTER)
        outcome = house.noticing.test(name)
        return TrialView(outcome.ok, outcome.answer)

    @get("/{name:str}/preview", sync_to_thread=True)
    def preview(self, house: House, principal: Principal, name: str) -> TrialView:
        """What a test would send, without the secrets; nothing is sent."""
        require(principal, Permission.ADMINISTER)
        return TrialView(True, house.noticing.preview(name))


class MessagesDoor(Controller):
    path = "/messages"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        wanted: Annotated[
            str | None, QueryParameter(name="state", description="waiting, claimed, sent or parked")
        ] = None,
        limit: Limit = 100,
    ) -> list[MessageView]:
        """Messages to channels, the newest first."""
        require(principal, Permission.HANDLE)
        if wanted is not None and wanted not in set(MessageState):
            raise Invalid(f"state: expected one of {', '.join(MessageState)}, found {wanted!r}")
        with house.state.read() as tx:
            return [_view(one) for one in notices.messages(tx, wanted or "", limit)]

    @post("/{key:str}/release", sync_to_thread=True, status_code=200)
    def release(self, house: House, principal: Principal, key: str) -> MessageView:
        """Try a parked message again, under the same id."""
        require(principal, Permission.HANDLE)
        return _view(house.noticing.release(key))


def _view(one: Message) -> MessageView:
    return MessageView(
        id=one.id,
        channel=one.channel,
        state=one.state.value,
        urgent=one.urgent,
        title=one.title,
        composed=one.composed,
        attempts=one.attempts,
        next=one.next,
        sent=one.sent,
        answer=one.answer,
    )


handlers = [NoticesDoor, MessagesDoor]
