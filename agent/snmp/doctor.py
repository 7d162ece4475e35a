"""From the facts of an examination to findings in words: what is right, what is wrong, what to do. Pure.

No secret is among the facts, so none can be in a finding.
"""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent.snmp.engine import engine
from agent.snmp.errors import Cause
from agent.snmp.facts import Facts, Reply, Told
from agent.snmp.names import shipped
from agent.snmp.remedy import Problem
from agent.snmp.value_words import date, ticks

LATCHED = 0x7FFFFFFF
"""snmpEngineBoots at its end: every request is then outside of the time window (RFC 3414 §2.2.2)."""
FRAGMENT = 1472
"""Bytes of UDP that one Ethernet frame carries."""
_RECENT = 60_000
_CLOCK_OFF_S = 60
_JUMP_S = 3.0


class Mark(StrEnum):
    """How a step went. OPEN: not looked at, or it cannot be known from here."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step. ``advice`` is what to do, ``problem`` what lines to type are known for."""

    step: str
    mark: Mark
    text: str
    advice: str = ""
    problem: Problem | None = None


def findings(facts: Facts) -> list[Finding]:
    """The steps in the order in which one fails because of the one before."""
    return [finding for step in _STEPS for finding in step(facts)]


def enterprises(facts: Facts) -> frozenset[int]:
    """Whose device it seems to be: enterprise numbers of its engine id and its sysObjectID, without net-snmp's."""
    told = {engine(facts.engine_id).enterprise} if facts.engine_id else set()
    if facts.object_id[:6] == (1, 3, 6, 1, 4, 1) and len(facts.object_id) > 6:
        told.add(facts.object_id[6])
    words = {"Huawei": 2011, "H3C": 25506, "Comware": 25506, "Ruijie": 4881, "Juniper": 2636, "Cisco": 9}
    told |= {number for word, number in words.items() if word.lower() in facts.descr.lower()}
    return frozenset(told - {0, 8072})


Found = Iterator[Finding]


def _good(step: str, text: str) -> Finding:
    return Finding(step, Mark.GOOD, text)


def _bad(step: str, text: str, advice: str = "", problem: Problem | None = None) -> Finding:
    return Finding(step, Mark.BAD, text, advice, problem)


def _open(step: str, text: str, advice: str = "") -> Finding:
    return Finding(step, Mark.OPEN, text, advice)


def _name(facts: Facts) -> Found:
    if facts.unresolved:
        yield _bad("name", f"{facts.unresolved}.", "Correct the name, or give the address itself.")
    elif facts.addresses != (facts.host,):
        yield _good("name", f"{facts.host} is {facts.addresses[0]}{_others(facts.addresses[1:])}.")


def _others(rest: tuple[str, ...]) -> str:
    return f" (also {', '.join(rest)}, which are not asked)" if rest else ""


def _route(facts: Facts) -> Found:
    if not facts.addresses:
        return
    if facts.unroutable:
        yield _bad(
            "route", f"This machine cannot send there: {facts.unroutable}.", "See ip route get and the local firewall."
        )
    else:
        yield _good("route", f"Requests leave from {facts.source}." if facts.source else "There is a route.")


def _ping(facts: Facts) -> Found:
    if not facts.addresses or facts.unroutable:
        return
    told = f" ({facts.echo_text})" if facts.echo_text else ""
    if facts.echo is None:
        yield _open("ping", f"This machine could not ping{told}.")
    elif facts.echo:
        yield _good("ping", f"The host answers a ping{told}.")
    elif _lives(facts):
        yield _open("ping", f"The host answers no ping{told}, but SNMP.")
    else:
        yield _bad("ping", f"The host answers no ping{told}.", "Is it on, and is the address right?")


def _replies(facts: Facts) -> tuple[Reply, ...]:
    return facts.knock, facts.reply, facts.nameless, facts.unencrypted, facts.without_context


def _lives(facts: Facts) -> bool:
    return bool(facts.other_version) or any(reply.came for reply in _replies(facts))


def _said(facts: Facts) -> str:
    """What the network said instead of the device."""
    return next((reply.text for reply in _replies(facts) if reply.told is Told.SILENT and reply.text), "")


def _port(facts: Facts) -> Found:
    if not facts.addresses or facts.unroutable:
        return
    where = f"UDP port {facts.port}"
    said = _said(facts)
    unable = next((reply.text for reply in _replies(facts) if reply.told is Told.UNABLE), "")
    if _lives(facts):
        yield _good("port", f"An SNMP agent answers at {where}.")
    elif "port unreachable" in said and ", says " not in said:
        yield _bad(
            "port",
            f"Nothing listens at {where} ({said}).",
            "SNMP is off on the device, listens at another port, or not at this address.",
            Problem.LISTENER,
        )
    elif said:
        yield _bad(
            "port",
            f"The network does not let requests through to {where}: {said}.",
            "Look at firewalls and access lists on the way and on the device.",
            Problem.ACCESS_LIST,
        )
    elif unable:
        yield _bad("port", f"This machine could not ask {where}: {unable}.")
    elif facts.echo:
        yield _bad(
            "port",
            f"The host answers a ping, {where} keeps silent.",
            "SNMP may be off, a firewall or an access list may drop the requests"
            + ("." if facts.version == "v3" else ", or the community is wrong: a device says nothing to that."),
            Problem.LISTENER,
        )
    else:
        yield _bad("port", f"{where} keeps silent, as the host itself does.")


def _engine(facts: Facts) -> Found:
    if not facts.engine_id:
        if facts.version == "v3" and _lives(facts):
            yield _bad("engine", "The device does not tell its SNMPv3 engine.", "Switch version 3 on.", Problem.USER)
        return
    told = engine(facts.engine_id)
    owner = shipped().node((1, 3, 6, 1, 4, 1, told.enterprise))
    whose = (
        f"{owner.name}, enterprise {told.enterprise}"
        if owner and owner.oid[-1] == told.enterprise
        else (f"enterprise {told.enterprise}")
    )
    if told.fault:
        yield _bad(
            "engine",
            f"Its engine id {facts.engine_id.hex()} is against RFC 3411: {told.fault}.",
            "Let the device make one of its own. Keys of users must be set again afterwards.",
            Problem.ENGINE,
        )
    else:
        yield _good("engine", f"It speaks SNMPv3; its engine id is {facts.engine_id.hex()} ({whose}, {told.made_of}).")
    if facts.twins:
        yield _bad(
            "engine",
            f"The same engine id answers at {', '.join(facts.twins)}.",
            "Is that the same device under another address, nothing is wrong. If it is another one, such as a clone, "
            "each spoils the clock of the other: give one a new engine id and set its users' keys again.",
            Problem.ENGINE,
        )


def _community(facts: Facts) -> Found:
    if facts.version == "v3" or (not _lives(facts) and not (facts.echo and facts.reply.told is Told.SILENT)):
        return
    if facts.reply.came:
        yield _good("community", f"The device takes the community ({facts.version}).")
    elif facts.other_version:
        yield _bad(
            "community",
            f"The community is right, but the device answers {facts.other_version} only, not {facts.version}.",
            f"Use --{facts.other_version}, or switch {facts.version} on.",
            Problem.COMMUNITY,
        )
    elif facts.reply.told is Told.SILENT and not _said(facts):
        yield _bad(
            "community",
            f"To {facts.version} with this community the device keeps silent: the community is wrong, the device does "
            f"not let {facts.source or 'this machine'} ask, or {facts.version} is off. It tells nobody outside which.",
            "On the device it shows: look at snmpInBadCommunityNames (1.3.6.1.2.1.11.4.0) before and after a try. It "
            "rises: the community is wrong. Only snmpInPkts (1.3.6.1.2.1.11.1.0) rises: the access list or the "
            "version. Neither rises: the requests do not get there.",
            Problem.COMMUNITY,
        )
        yield _open(
            "access list",
            f"Whether an access list lets {facts.source or 'this machine'} in cannot be seen from here.",
        )


def _any(facts: Facts, cause: Cause) -> bool:
    return any(reply.cause is cause for reply in (facts.reply, facts.nameless, facts.unencrypted))


def _user(facts: Facts) -> Found:
    if facts.version != "v3" or not facts.engine_id:
        return
    if facts.reply.accepted or facts.without_context.accepted:
        yield _good("user", f"The device knows the user {facts.user!r}.")
    elif _any(facts, Cause.UNSUPPORTED_MODEL):
        yield _bad("user", "The device's SNMPv3 has no users (USM).", "Switch the user-based model on.", Problem.USER)
    elif facts.reply.cause is Cause.UNKNOWN_USER or facts.nameless.cause is Cause.UNKNOWN_USER:
        yield _bad(
            "user",
            f"The device does not know the user {facts.user!r}.",
            "Mind capital letters. A user made before the engine id was changed is gone as well.",
            Problem.USER,
        )
    elif facts.reply.told is Told.REFUSED or facts.nameless.came or facts.unencrypted.came:
        yield _good("user", f"The device knows the user {facts.user!r}.")
    else:
        yield _open("user", "Whether the device knows the user did not show.")


def _known(facts: Facts) -> bool:
    return (
        facts.version == "v3"
        and bool(facts.engine_id)
        and not (
            facts.reply.cause in (Cause.UNKNOWN_USER, Cause.UNSUPPORTED_MODEL)
            or facts.nameless.cause is Cause.UNKNOWN_USER
        )
    )


def _auth(facts: Facts) -> Found:
    if not _known(facts) or not facts.auth:
        return
    replies = (facts.reply, facts.unencrypted, facts.without_context)
    if any(reply.cause is Cause.WRONG_DIGEST for reply in replies):
        yield _wrong_key(facts)
    elif any(reply.accepted or reply.cause in (Cause.DECRYPTION, Cause.NOT_IN_TIME_WINDOW) for reply in replies):
        yield _good("authentication key", f"The authentication key is right ({facts.auth}).")
    elif any(reply.cause is Cause.UNSUPPORTED_LEVEL for reply in replies):
        yield _open("authentication key", "The device did not look at the authentication key.")
    else:
        yield _open(
            "authentication key",
            "The device drops what is authenticated without a word: the key or the protocol may be wrong, or it does "
            "not believe the sender.",
        )


def _wrong_key(facts: Facts) -> Finding:
    if facts.right_auth:
        return _bad(
            "authentication protocol",
            f"The authentication key is right, its protocol is not: the device takes {facts.right_auth}, not "
            f"{facts.auth}.",
            f"Use --auth {facts.right_auth}:…, or set the user's protocol to {facts.auth}.",
            Problem.KEY,
        )
    if facts.swapped:
        return _bad(
            "authentication key",
            "The keys are swapped: the device takes the privacy key for authentication.",
            "Swap the two here, or set both anew on the device.",
        )
    return _bad(
        "authentication key",
        f"The authentication key is wrong: the device takes it with {facts.auth} as little as with any other protocol.",
        "Set it anew on both sides. Keys set before the engine id was changed do not hold any more, and a key typed "
        "in hashed form is none of a password.",
        Problem.KEY,
    )


def _level(facts: Facts) -> Found:
    if not _known(facts):
        return
    asked = "encrypted" if facts.priv else "authenticated" if facts.auth else "without a key"
    if facts.reply.cause is Cause.UNSUPPORTED_LEVEL:
        if facts.priv and facts.unencrypted.accepted:
            yield _bad(
                "level",
                f"The user {facts.user!r} has no privacy on the device: it takes authentication alone.",
                "Give the user a privacy protocol and key there; leaving --priv out works, but all can read along.",
                Problem.KEY,
            )
        else:
            yield _bad(
                "level",
                f"The device does not offer this user what was asked ({asked}).",
                "The user lacks a key for that there, or has no key at all.",
                Problem.LEVEL,
            )
    elif facts.reply.cause is Cause.NO_ACCESS and not facts.priv:
        yield _bad(
            "level",
            f"The device takes the key, but lets the user see nothing {asked}: its group asks for "
            f"{'encryption' if facts.auth else 'authentication'}, or has no view.",
            f"Give {'--priv' if facts.auth else '--auth'} too, or lower the level of the group.",
            Problem.LEVEL,
        )
    elif Told.VALUES in (facts.reply.told, facts.without_context.told) or facts.reply.told in (
        Told.NOTHING,
        Told.ERROR,
    ):
        yield _good("level", f"The device lets the user in ({asked}).")


def _priv(facts: Facts) -> Found:
    if not _known(facts) or not facts.priv:
        return
    reply = facts.reply
    if reply.cause is Cause.CANNOT_ENCRYPT:
        yield _bad("privacy key", f"{reply.text.capitalize()}.")
    elif reply.accepted or reply.cause is Cause.NOT_IN_TIME_WINDOW or facts.without_context.accepted:
        yield _good("privacy key", f"The privacy key is right ({facts.priv}).")
    elif reply.cause is Cause.DECRYPTION or (reply.told in (Told.SILENT, Told.ERROR) and facts.unencrypted.accepted):
        how = (
            "The device cannot decrypt"
            if reply.cause is Cause.DECRYPTION
            else "The device answers what is authenticated, and drops what is encrypted without a word"
        )
        if facts.right_priv:
            yield _bad(
                "privacy protocol",
                f"The privacy key is right, its protocol is not: the device takes {facts.right_priv}, not "
                f"{facts.priv}.",
                f"Use --priv {facts.right_priv}:…, or set the user's protocol to {facts.priv}.",
                Problem.KEY,
            )
        else:
            yield _bad(
                "privacy key",
                f"{how}: the privacy key is wrong. No other protocol fits it either.",
                "Set it anew on both sides.",
                Problem.KEY,
            )
    elif reply.told is not Told.UNASKED:
        yield _open("privacy key", "The device did not get as far as the privacy key.")


def _window(facts: Facts) -> Found:
    if not _known(facts):
        return
    boots = facts.boots
    if boots == LATCHED:
        yield _bad(
            "engine clock",
            f"The engine has counted its starts to the end ({LATCHED}): it takes no authenticated request any more.",
            "Give it a new engine id, which sets the count back, and set the users' keys again.",
            Problem.ENGINE,
        )
    elif facts.reply.cause is Cause.NOT_IN_TIME_WINDOW:
        yield _bad(
            "engine clock",
            "The device calls every request out of time, although it told its own clock a moment before: its engine "
            "clock jumps, or two devices answer at this address in turns (a cluster, a cloned engine id).",
            "Restart its SNMP agent; of two devices give each an engine id of its own.",
            Problem.ENGINE,
        )
    elif len(facts.clocks) == 2:
        yield _moved(facts)
    elif boots is not None:
        yield _good("engine clock", f"The engine has started {_times(boots)}.")


def _moved(facts: Facts) -> Finding:
    first, second = facts.clocks
    passed = second.at_s - first.at_s
    if second.boots != first.boots:
        return _bad(
            "engine clock",
            f"Within {passed:.0f} s the engine's count of starts went from {first.boots} to {second.boots}: it "
            "restarts again and again, or two devices answer at this address.",
            "See the device's log, and whether a cluster answers at this address.",
            Problem.ENGINE,
        )
    if abs(second.time_s - first.time_s - passed) > _JUMP_S:
        return _bad(
            "engine clock",
            f"In {passed:.0f} s the engine's clock went on by {second.time_s - first.time_s} s: it jumps or stands.",
            "Restart its SNMP agent; look for an update of its software.",
            Problem.ENGINE,
        )
    return _good(
        "engine clock", f"The engine has started {_times(second.boots)}, the last time {second.time_s:,} s ago."
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _context(facts: Facts) -> Found:
    if not _known(facts) or not facts.context:
        return
    reply = facts.reply
    worse = not reply.came or reply.told is Told.NOTHING or reply.cause is Cause.NO_ACCESS
    if reply.cause is Cause.UNKNOWN_CONTEXT or (worse and facts.without_context.told is Told.VALUES):
        yield _bad(
            "context",
            f"The device does not know the context {facts.context!r}, or has nothing in it"
            + ("; without a context it answers." if facts.without_context.told is Told.VALUES else "."),
            "Leave --context out, or make the context known on the device.",
            Problem.CONTEXT,
        )
    elif reply.told is Told.VALUES:
        yield _good("context", f"The context {facts.context!r} is right.")


_SHOWN = {
    "system": "the system group (name, description, uptime)",
    "interfaces": "the interfaces (ifTable)",
    "entity": "the inventory (entPhysicalTable)",
}


def _views(facts: Facts) -> Found:
    if (
        facts.reply.cause is Cause.NO_ACCESS
        and (facts.priv or facts.version != "v3")
        and not (facts.context and facts.without_context.told is Told.VALUES)
    ):
        yield _bad(
            "view",
            f"The device takes the credentials, and lets nothing be read by them ({facts.reply.text}).",
            "Give the group of this user or community a view that has all.",
            Problem.VIEW,
        )
        return
    views = facts.views
    if not views:
        return
    if views.get("everything", Reply()).told is Told.NOTHING:
        yield _bad(
            "view", "The view is empty: nothing at all can be read.", "Give it all, beginning at 1.", Problem.VIEW
        )
        return
    for name, text in _SHOWN.items():
        reply = views.get(name, Reply())
        if reply.told is Told.VALUES:
            yield _good("view", f"It shows {text}.")
        elif reply.told is Told.NOTHING and name == "entity":
            yield _open(
                "view", f"It shows nothing of {text}: it has none, as small devices do, or the view leaves it out."
            )
        elif reply.told in (Told.NOTHING, Told.REFUSED):
            said = f" ({reply.text})" if reply.text else ""
            yield _bad(
                "view",
                f"It shows nothing of {text}{said}: the view leaves it out, unless the device has none.",
                "Take it into the view.",
                Problem.VIEW,
            )
        elif reply.told in (Told.SILENT, Told.ERROR):
            yield _bad("view", f"To a question for {text}: {reply.text or 'silence'}.")


def _bulk(facts: Facts) -> Found:
    if facts.bulk.told is Told.VALUES:
        yield _good("GETBULK", "Tables come many rows at a time (GETBULK).")
    elif facts.bulk.told in (Told.SILENT, Told.ERROR, Told.REFUSED):
        yield _open(
            "GETBULK",
            f"GETBULK does not work ({facts.bulk.text or 'silence'}): tables are read row by row, which is slow.",
            "Look for an update of the device's software.",
        )


def _size(facts: Facts) -> Found:
    if facts.large.told is Told.VALUES and facts.large_bytes > FRAGMENT:
        yield _good("size", f"An answer of {facts.large_bytes:,} bytes, in fragments, arrives.")
    elif facts.large.told is Told.VALUES and facts.large_bytes:
        yield _good("size", f"The largest answer had {facts.large_bytes:,} bytes, and needs no fragments.")
    elif facts.large.told is Told.SILENT and facts.bulk.told is Told.VALUES:
        yield _bad(
            "size",
            "Small answers arrive, large ones are lost: fragments are dropped on the way.",
            "A firewall, a tunnel or an MTU that is too small is on the way. Nineward keeps its answers small, other "
            "tools will fail.",
            Problem.SIZE,
        )


def _date(facts: Facts) -> Found:
    off = _off_s(facts.date, facts.now_ms)
    if off is None:
        return
    if abs(off) > _CLOCK_OFF_S:
        yield _bad(
            "device clock",
            f"The device's clock says {date(facts.date)}: {abs(off):,.0f} s {'ahead' if off > 0 else 'behind'}.",
            "Its log will not fit that of others: let it follow a time server.",
            Problem.CLOCK,
        )
    else:
        yield _good("device clock", f"The device's clock says {date(facts.date)}.")


def _off_s(told: bytes, now_ms: int) -> float | None:
    """Seconds by which a DateAndTime is ahead of our clock; without a zone, but for whole quarters of an hour."""
    if len(told) not in (8, 11) or not 1 <= told[2] <= 12 or not 1 <= told[3] <= 31 or not now_ms:
        return None
    at = calendar.timegm((int.from_bytes(told[:2], "big"), *told[2:7], 0, 0, 0)) + told[7] / 10
    if len(told) == 11:
        zone = told[9] * 3600 + told[10] * 60
        return at - (zone if told[8] == ord("+") else -zone) - now_ms / 1000
    off = at - now_ms / 1000
    quarters = round(off / 900)
    return off - quarters * 900 if abs(quarters) <= 14 * 4 else off


def _uptime(facts: Facts) -> Found:
    if facts.uptime is None:
        return
    if facts.uptime < _RECENT:
        yield _open("uptime", f"Its SNMP agent has run for {ticks(facts.uptime)} only: it was restarted a moment ago.")
    else:
        yield _good("uptime", f"Its SNMP agent has run for {ticks(facts.uptime)}.")


_STEPS: tuple[Callable[[Facts], Found], ...] = (
    _name, _route, _ping, _port, _engine, _community, _user, _auth, _level, _priv, _window, _context, _views, _bulk,
    _size, _date, _uptime,
)  # fmt: skip
