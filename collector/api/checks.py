"""/checks: the questions asked of targets, and where each of their settings comes from."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from collector.access import require
from collector.api.given import House, Principal
from collector.api.paging import Cursor, Limit, Page, by_number, page
from collector.api.targets import seen
from collector.layers import Row
from collector.roles import Permission
from collector.specs import CheckSpec
from collector.store import agents, checks, derived, targets
from collector.store.checks import Check
from rules.duration import format_duration


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check to add to ``target`` (name or id); the rest as in a target's ``checks``."""

    target: str
    kind: str
    part: str = ""
    address: str = ""
    options: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None
    vital: bool | None = None
    agents: str = ""


@dataclass(frozen=True, slots=True)
class NewChecks:
    """Checks to add to one target, as in a target's ``checks``."""

    checks: tuple[CheckSpec, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check. ``agents`` are the names of those who look now, ``selector`` how they are chosen."""

    id: str
    handle: int
    name: str
    kind: str
    part: str
    target: str
    target_name: str
    address: str
    options: dict[str, Any]
    own_settings: dict[str, Any]
    vital: bool
    interval: str
    agents: str
    selector: str
    shipped: bool
    created: int
    retired: int | None


@dataclass(frozen=True, slots=True)
class CheckDetail:
    """A check with each setting, its value and the layer it comes from."""

    check: CheckView
    settings: list[Row]


class Checks(Controller):
    path = "/checks"
    tags = ("checks",)

    @get(sync_to_thread=True)
    def all(
        self,
        house: House,
        principal: Principal,
        target: str | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[CheckView]:
        """The living checks one may see, by number; those of one target with ``target``."""
        require(principal, Permission.READ)
        owner = seen(house, principal, target) if target else None
        with house.state.read() as tx:
            found = checks.of_target(tx, owner.id) if owner else checks.living(tx)
            if principal.scope and owner is None:
                visible = {one.id for one in targets.living(tx) if principal.sees(one.labels)}
                found = [check for check in found if check.target in visible]
        part = page(found, lambda check: by_number(check.handle), cursor, limit)
        return Page([view(house, check) for check in part.items], part.next)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, data: JSONBody[NewCheck]) -> CheckView:
        """Ask a target one more question."""
        require(principal, Permission.CONFIGURE, seen(house, principal, data.target).labels)
        spec = CheckSpec(
            data.kind, data.part, data.address, data.options or {}, data.settings or {}, data.vital, data.agents
        )
        return view(house, house.registry.add_check(data.target, spec, principal))

    @get("/{key:str}", sync_to_thread=True)
    def one(self, house: House, principal: Principal, key: str) -> CheckDetail:
        """One check, with every setting and the layer it comes from."""
        check = _seen(house, principal, key)
        return CheckDetail(view(house, check), house.registry.settings_of(check.id))

    @patch("/{key:str}", sync_to_thread=True)
    def change(self, house: House, principal: Principal, key: str, data: JSONBody[dict[str, Any]]) -> CheckView:
        """Change address, options, settings, vital or agents. Options and settings merge, null removes."""
        check = _seen(house, principal, key, Permission.CONFIGURE)
        return view(house, house.registry.set_check(check.id, data, principal))

    @delete("/{key:str}", sync_to_thread=True, status_code=200)
    def remove(self, house: House, principal: Principal, key: str) -> CheckView:
        """Retire a check. Its results stay."""
        check = _seen(house, principal, key, Permission.CONFIGURE)
        house.registry.remove_check(check.id, principal)
        return view(house, _seen(house, principal, key))


class TargetChecks(Controller):
    path = "/targets/{name:str}/checks"
    tags = ("checks",)

    @post(sync_to_thread=True)
    def add(self, house: House, principal: Principal, name: str, data: JSONBody[NewChecks]) -> Page[CheckView]:
        """Ask a target several more questions, for example one for each of its ports: all of them, or none."""
        require(principal, Permission.CONFIGURE, seen(house, principal, name).labels)
        added = house.registry.add_checks(name, data.checks, principal)
        return Page([view(house, check) for check in added], None)


def view(house: House, check: Check) -> CheckView:
    """A check as the API shows it."""
    with house.state.read() as tx:
        target = targets.get(tx, check.target)
        lookers = (agents.by_number(tx, number) for number in sorted(derived.lookers(tx, check.handle)))
        names = [agent.name for agent in lookers if agent is not None]
        settled = checks.effective(tx, check.handle)
    return CheckView(
        id=check.id,
        handle=check.handle,
        name=check.name,
        kind=check.kind,
        part=check.part,
        target=check.target,
        target_name=target.name,
        address=check.address or target.address,
        options=settled.options,
        own_settings=check.settings,
        vital=settled.vital,
        interval=format_duration(settled.interval),
        agents=", ".join(names),
        selector=check.agents,
        shipped=check.shipped,
        created=check.created,
        retired=check.retired,
    )


def _seen(house: House, principal: Principal, key: str, permission: Permission = Permission.READ) -> Check:
    with house.state.read() as tx:
        check = checks.get(tx, key)
        target = targets.get(tx, check.target)
    require(principal, permission, target.labels)
    return check


handlers = [Checks, TargetChecks]
