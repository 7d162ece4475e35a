"""A web address: does it answer with the right status and text, and how long does each phase take.

Every look opens its own connection and closes it: a reused one would hide a server that accepts no new ones. The time
is told by phase (dns, connect, tls, first byte, total); after redirects each phase is the sum over all hops.
"""

import asyncio
import base64
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from agent.http_answer import Garbled, Head, read_body, read_head
from agent.names import Unresolved, resolve, version
from agent.probes.probe import Credential, Probe, Subject, option
from agent.stream import connect
from agent.trouble import judge
from agent.trust import context, refusal
from rules.errors import Invalid
from rules.result import Outcome, Reading

_MOST_BODY = 1 << 20
_PATIENCE_S = 1.0
"""What a dead address may cost while others are left to try."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Options:
    method: str = option("GET", "request method", choices=("GET", "HEAD"))
    status: str = option("200-399", "statuses that are right: numbers and ranges, separated by commas")
    body: str = option("", "regular expression that must be found in the first 1 MiB of the body")
    body_not: str = option("", "regular expression that must not be found there")
    redirects: int = option(5, "redirects to follow; with 0 the first answer is judged", low=0, high=5)
    verify: bool = option(True, "check the certificate's chain and name")
    authorities: str = option("", "file of certificates (PEM) to trust instead of the system's")
    headers: tuple[str, ...] = option((), 'header fields to send, each as "Name: value"')
    host: str = option("", "Host to send and name to check instead of the address's own")
    user_agent: str = option("Nineward availability probe", "User-Agent to send")
    family: str = option("any", "which addresses of a name to try", choices=("any", "ipv4", "ipv6"))


def statuses(text: str) -> list[range]:
    """The ranges of ``200-299,401``. Raises ValueError."""
    ranges = []
    for part in text.split(","):
        low, dash, high = part.strip().partition("-")
        if not (low.isdigit() and (high.isdigit() or not dash)):
            raise ValueError(f"{part.strip()!r} is no status and no range of statuses")
        ranges.append(range(int(low), int(high or low) + 1))
    return ranges


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer of a look."""

    head: Head
    body: bytes = b""


def judge_answer(answer: Answer, options: Options) -> tuple[Outcome, str]:
    """Whether the answer is right: status first, then what the body must and must not hold."""
    status = answer.head.status
    if not any(status in allowed for allowed in statuses(options.status)):
        note = answer.head.fields.get("retry-after")
        return Outcome.FAILED, f"status {status} {answer.head.reason}".rstrip() + (
            f", to be retried after {note}" if note else ""
        )
    content = decode(answer.body, answer.head.fields.get("content-type", ""))
    if options.body and not re.search(options.body, content):
        return Outcome.FAILED, f"status {status}, but the body does not hold {options.body!r}"
    if options.body_not and re.search(options.body_not, content):
        return Outcome.FAILED, f"status {status}, but the body holds {options.body_not!r}"
    return Outcome.OK, f"status {status}"


def decode(body: bytes, content_type: str) -> str:
    """The body as text, by its declared character set; GB18030 stands for its subsets GB2312 and GBK."""
    found = re.search(r"charset=\"?([\w.:-]+)", content_type, re.IGNORECASE)
    charset = found[1].lower() if found else "utf-8"
    charset = "gb18030" if charset in ("gb2312", "gbk") else charset
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


@dataclass(slots=True)
class Phases:
    """Where the time of a look went, in whole microseconds, and where it is now."""

    now: str = "dns"
    spent: dict[str, int] = field(default_factory=dict)
    _since: float = 0.0

    def enter(self, phase: str) -> None:
        at = asyncio.get_running_loop().time()
        if self._since:
            self.spent[self.now] = self.spent.get(self.now, 0) + round((at - self._since) * 1e6)
        self.now, self._since = phase, at

    def values(self) -> dict[str, float]:
        told = {f"{name}_us": self.spent[name] for name in ("dns", "connect", "tls", "ttfb") if name in self.spent}
        return {**told, "total_us": sum(self.spent.values())}


class Refused(Exception):
    """The look is over, with this outcome and the message as its text."""

    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(text)
        self.outcome = outcome


class Http(Probe):
    """Follows a URL to its answer within one deadline."""

    shape = Options

    @classmethod
    def read_options(cls, table: Mapping[str, object]) -> Options:
        options: Options = super().read_options(table)
        mistakes = []
        for name in ("body", "body_not"):
            try:
                re.compile(getattr(options, name))
            except re.error as wrong:
                mistakes.append(f"{name}: {wrong}")
        try:
            statuses(options.status)
        except ValueError as wrong:
            mistakes.append(f"status: {wrong}")
        for line in options.headers:
            if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+:[^\r\n]*", line):
                mistakes.append(f"headers: expected 'Name: value', found {line!r}")
        if mistakes:
            raise Invalid("The options cannot be used.", tuple(mistakes))
        return options

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        phases = Phases()
        try:
            async with asyncio.timeout(deadline_s):
                answer = await self._follow(subject, phases)
        # Before ValueError: a certificate that is not accepted is one of those, too.
        except (Garbled, ssl.SSLError) as wrong:
            text = refusal(wrong) if isinstance(wrong, ssl.SSLError) else str(wrong)
            return Reading(Outcome.FAILED, text=f"{phases.now}: {text}")
        except (ValueError, Unresolved) as wrong:
            return Reading(Outcome.ERROR, text=str(wrong))
        except TimeoutError:
            # A resolver that does not answer is the agent's trouble; every later phase is the target's.
            outcome = Outcome.ERROR if phases.now == "dns" else Outcome.FAILED
            return Reading(outcome, text=f"{phases.now} timed out")
        except Refused as refused:
            return Reading(refused.outcome, text=f"{phases.now}: {refused}")
        except OSError as trouble:
            outcome, text = judge(trouble)
            return Reading(outcome, text=f"{phases.now}: {text}")
        phases.enter("end")
        outcome, text = judge_answer(answer, self.options)
        values = {**phases.values(), "status": answer.head.status, "body_bytes": len(answer.body)}
        return Reading(outcome, values, "" if outcome is Outcome.OK else text)

    async def _follow(self, subject: Subject, phases: Phases) -> Answer:
        url = subject.address if "://" in subject.address else f"http://{subject.address}"
        origin = urlsplit(url).netloc
        for hop in range(self.options.redirects + 1):
            try:
                place = urlsplit(url)
                usable = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0
            except ValueError:
                usable = False
            if not usable:
                # Our own mistake at first; after a redirect the server's.
                raise Garbled(f"redirected to {url[:80]!r}") if hop else ValueError(f"{url!r} is no web address")
            # Credentials and the given Host are meant for the first server only, not for wherever it sends us.
            at_home = place.netloc == origin
            answer = await self._ask(place, phases, subject.credentials if at_home else (), at_home)
            self.log(f"{url}: {answer.head.status} {answer.head.reason}, {len(answer.body)} bytes")
            goal = answer.head.fields.get("location")
            if answer.head.status not in _REDIRECTS or not goal or not self.options.redirects:
                return answer
            if hop == self.options.redirects:
                raise Garbled(f"more than {hop} redirects")
            url = urljoin(url, goal)
        raise AssertionError("the loop ends by returning or raising")

    async def _ask(
        self, place: SplitResult, phases: Phases, credentials: Sequence[Credential], at_home: bool
    ) -> Answer:
        options: Options = self.options
        secure = place.scheme == "https"
        host = str(place.hostname)
        port = place.port or (443 if secure else 80)
        phases.enter("dns")
        addresses = await resolve(host, options.family)
        phases.enter("connect")
        sock = await _reach(addresses, port)
        name = options.host.partition(":")[0] if options.host and at_home else host
        reader = asyncio.StreamReader(limit=65536)
        loop = asyncio.get_running_loop()
        if secure:
            phases.enter("tls")
        try:
            transport, _ = await loop.create_connection(
                lambda: asyncio.StreamReaderProtocol(reader),
                sock=sock,
                ssl=self._context() if secure else None,
                server_hostname=name if secure else None,
            )
        except BaseException:
            sock.close()
            raise
        try:
            phases.enter("ttfb")
            shown = options.host if options.host and at_home else place.netloc.rpartition("@")[2]
            transport.write(request(options, place, shown, credentials))
            head = await read_head(reader)
            phases.enter("body")
            return Answer(head, await read_body(reader, head, options.method, _MOST_BODY))
        finally:
            transport.abort()
            await asyncio.sleep(0)

    def _context(self) -> ssl.SSLContext:
        try:
            return context(self.options.verify, self.options.authorities)
        except OSError as wrong:
            source = self.options.authorities or "the system's certificates"
            raise Refused(Outcome.ERROR, f"could not read {source}: {wrong}") from wrong


async def _reach(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that gives one, as browsers do; a dead one may use up only its share of time.

    Raises Refused for the first address when none does.
    """
    first: Refused | None = None
    for index, address in enumerate(addresses):
        try:
            patience = _PATIENCE_S if index + 1 < len(addresses) else None
            async with asyncio.timeout(patience):
                return await connect(address, port)
        except OSError as trouble:  # TimeoutError is one too
            if isinstance(trouble, TimeoutError) and trouble.errno is None:
                first = first or Refused(Outcome.FAILED, f"{address} timed out")
            else:
                first = first or Refused(*judge(trouble, version(address)))
    raise first or Refused(Outcome.ERROR, "no address")


def request(options: Options, place: SplitResult, host: str, credentials: Sequence[Credential]) -> bytes:
    """The bytes of the request. A credential of kind ``http`` gives its user and password, or its token."""
    path = quote(place.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(place.query, safe='/%:@!$&()*+,;=~-._?')}" if place.query else ""
    lines = [
        f"{options.method} {path}{query} HTTP/1.1",
        f"Host: {host.encode('idna').decode('ascii') if not host.isascii() else host}",
        f"User-Agent: {options.user_agent}",
        "Accept: */*",
        "Connection: close",
        *options.headers,
    ]
    for credential in credentials:
        if "token" in credential.secrets:
            lines.append(f"Authorization: Bearer {credential.secrets['token'].reveal()}")
            break
        if "password" in credential.secrets:
            pair = f"{credential.words.get('user', '')}:{credential.secrets['password'].reveal()}"
            lines.append(f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
            break
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace")
