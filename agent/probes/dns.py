"""A name server: does it answer a question with the code and the records it should.

The address is the server's. Over UDP first, over TCP when the answer was cut. The answer must have our id and come from
the server asked; others are passed over.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.names import Unresolved, resolve, version
from agent.probes.probe import REQUIRED, Probe, Subject, option
from agent.stream import split
from agent.trouble import judge
from rules.errors import Invalid
from rules.result import Outcome, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dns.message


@dataclass(frozen=True, slots=True)
class Options:
    name: str = option(REQUIRED, "name to ask for; for a resolver best one of your own")
    type: str = option("A", "record type to ask for")
    rcode: str = option("NOERROR", "response code that is right")
    expect: tuple[str, ...] = option((), "records that must be in the answer, as text, in any order")
    authoritative: bool = option(False, "demand the authoritative flag (when asking an authority)")
    port: int = option(53, "port, when the address has none", low=1, high=65535)
    family: str = option("any", "which addresses of the server's name to ask", choices=("any", "ipv4", "ipv6"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What matters of an answer: response code by name, records of the wanted type as text, flags."""

    rcode: str
    records: tuple[str, ...]
    authoritative: bool = False
    ttl_s: int | None = None


def read_answer(message: "dns.message.Message", wanted: str) -> Answer:
    """The answer in plain values; aliases on the way (CNAME) are not of the wanted type and left out."""
    import dns.flags
    import dns.rcode
    import dns.rdatatype

    kind = dns.rdatatype.from_text(wanted)
    sets = [one for one in message.answer if one.rdtype == kind]
    return Answer(
        dns.rcode.to_text(message.rcode()),
        tuple(record.to_text() for one in sets for record in one),
        bool(message.flags & dns.flags.AA),
        min((one.ttl for one in sets), default=None),
    )


def judge_answer(answer: Answer, options: Options) -> tuple[Outcome, str]:
    """Whether the answer is the right one; the line says what was wrong."""
    if answer.rcode != options.rcode.upper():
        return Outcome.FAILED, f"{options.name} {options.type}: {answer.rcode}, expected {options.rcode.upper()}"
    if answer.rcode == "NOERROR" and not answer.records:
        return Outcome.FAILED, f"{options.name} {options.type}: an empty answer"
    missing = sorted(_plain(options.expect) - _plain(answer.records))
    if missing:
        # Servers rotate their records; sorted, the same answer is told by the same words.
        found = ", ".join(sorted(answer.records)) or "nothing"
        return Outcome.FAILED, f"{options.name} {options.type}: {', '.join(missing)} is missing, found {found}"
    if options.authoritative and not answer.authoritative:
        return Outcome.FAILED, f"{options.name} {options.type}: the answer is not authoritative"
    return Outcome.OK, ""


def _plain(records: Iterable[str]) -> set[str]:
    """Records without what makes no difference: case and the dot at the end."""
    return {record.strip().lower().removesuffix(".") for record in records}


class Dns(Probe):
    """Asks each address of the server in turn until one answers."""

    shape = Options

    @classmethod
    def read_options(cls, table: "Mapping[str, object]") -> Options:
        import dns.exception
        import dns.name
        import dns.rcode
        import dns.rdatatype

        options: Options = super().read_options(table)
        mistakes = []
        try:
            dns.rdatatype.from_text(options.type)
        except (dns.rdatatype.UnknownRdatatype, ValueError):
            mistakes.append(f"type: there is no record type {options.type!r}")
        try:
            dns.rcode.from_text(options.rcode)
        except (dns.rcode.UnknownRcode, ValueError):
            mistakes.append(f"rcode: there is no response code {options.rcode!r}")
        try:
            dns.name.from_text(options.name)
        except dns.exception.DNSException as wrong:
            mistakes.append(f"name: {wrong}")
        if mistakes:
            raise Invalid("The options cannot be used.", tuple(mistakes))
        return options

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        until = asyncio.get_running_loop().time() + deadline_s
        try:
            host, port = split(subject.address, options.port)
            async with asyncio.timeout_at(until):
                addresses = await resolve(host, options.family)
        except (ValueError, Unresolved, TimeoutError) as trouble:
            return Reading(Outcome.ERROR, text=str(trouble) or f"resolving {subject.address} took too long")
        return await self._ask(addresses, port, until)

    async def _ask(self, addresses: Sequence[str], port: int, until: float) -> Reading:
        import dns.asyncquery
        import dns.exception
        import dns.message

        loop = asyncio.get_running_loop()
        options: Options = self.options
        reading = Reading(Outcome.ERROR, text="no address")
        for index, address in enumerate(addresses):
            question = dns.message.make_query(options.name, options.type)
            begun = loop.time()
            share = (until - begun) / (len(addresses) - index)
            try:
                async with asyncio.timeout(share):
                    message, by_tcp = await dns.asyncquery.udp_with_fallback(
                        question, address, port=port, ignore_unexpected=True, ignore_errors=True
                    )
            except (TimeoutError, dns.exception.Timeout):
                reading = Reading(Outcome.FAILED, text=f"{address}: no answer")
                continue
            except OSError as trouble:
                outcome, line = judge(trouble, version(address))
                reading = Reading(outcome, text=f"{address}: {line}")
                continue
            except (dns.exception.DNSException, EOFError) as wrong:
                reading = Reading(Outcome.FAILED, text=f"{address}: {str(wrong) or type(wrong).__name__}")
                continue
            took = round((loop.time() - begun) * 1e6)
            answer = read_answer(message, options.type)
            self.log(f"{address} by {'TCP' if by_tcp else 'UDP'}: {answer.rcode}, {', '.join(answer.records)}")
            outcome, line = judge_answer(answer, options)
            values: dict[str, float] = {"answer_us": took, "records": len(answer.records)}
            if answer.ttl_s is not None:
                values["ttl_s"] = answer.ttl_s
            return Reading(outcome, values, line)
        return reading
