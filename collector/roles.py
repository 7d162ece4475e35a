"""What each role may do: a table, and nothing else. docs/explanation/who-may-do-what.md says why."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """Something one may be allowed to do."""

    READ = "read"  # targets, figures, incidents, reports
    HANDLE = "handle"  # acknowledge, comment, resolve incidents
    IMPROVE = "improve"  # tell causes, have actions done and judge them, call back, note and answer complaints
    MUTE = "mute"
    PLAN = "plan"  # propose maintenance, end or cancel it
    PROPOSE = "propose"  # propose corrections
    APPROVE = "approve"  # maintenance and corrections proposed by others; persons alone
    REPORT = "report"  # have reports written
    CONFIGURE = "configure"  # targets, checks, policies, services, calendars, agreements
    ADMINISTER = "administer"  # agents, credentials, people, tokens
    AUDIT = "audit"  # the trail of all changes
    SUBMIT = "submit"  # hand in results by API


class Role(StrEnum):
    """Who somebody is here."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    QUALITY = "quality"
    SERVICE_DESK = "service_desk"
    CUSTOMER = "customer"
    AUDITOR = "auditor"
    AGENT = "agent"
    TICKETING = "ticketing"


_P = Permission
MAY: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.READ}),
    Role.OPERATOR: frozenset({_P.READ, _P.HANDLE, _P.IMPROVE, _P.MUTE, _P.PLAN, _P.PROPOSE, _P.REPORT}),
    Role.ADMIN: frozenset(_P),
    Role.QUALITY: frozenset({_P.READ, _P.IMPROVE, _P.PROPOSE, _P.APPROVE, _P.REPORT, _P.AUDIT}),
    Role.SERVICE_DESK: frozenset({_P.READ, _P.HANDLE, _P.IMPROVE, _P.MUTE}),
    Role.CUSTOMER: frozenset({_P.READ}),
    Role.AUDITOR: frozenset({_P.READ, _P.AUDIT}),
    Role.AGENT: frozenset({_P.SUBMIT}),
    Role.TICKETING: frozenset({_P.READ, _P.HANDLE, _P.IMPROVE}),
}
