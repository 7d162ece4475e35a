"""Walks of a device by two engines that are not ours: net-snmp's snmpbulkwalk and pysnmp's messages.

Both go on where objects do not increase, as ``-Cc`` tells net-snmp to.
"""

import os
import re
import socket
import struct
import subprocess
from collections.abc import Iterator
from itertools import islice

from agent.snmp.ber import Oid, Tag, Value

Row = tuple[Oid, Tag, Value]

REPETITIONS = 50
_PATIENCE_S = 10.0

_KINDS = {
    "INTEGER": Tag.INTEGER,
    "OID": Tag.OBJECT_IDENTIFIER,
    "IpAddress": Tag.IP_ADDRESS,
    "Network Address": Tag.IP_ADDRESS,
    "Counter32": Tag.COUNTER32,
    "Gauge32": Tag.GAUGE32,
    "Timeticks": Tag.TIME_TICKS,
    "Counter64": Tag.COUNTER64,
    "Hex-STRING": Tag.OCTET_STRING,
    "OPAQUE": Tag.OPAQUE,
    "Opaque": Tag.OPAQUE,
}
_LINE = re.compile(r"\.([0-9.]+) = (.*)", re.DOTALL)
_FLOAT = b"\x9f\x78\x04"
"""An Opaque that holds a single-precision number, as net-snmp encodes it."""


def by_net_snmp(address: str, port: int, community: str, root: Oid, most: int | None = None) -> list[Row]:
    """The first ``most`` objects below ``root``."""
    command = [
        *("snmpbulkwalk", "-v2c", "-c", community, "-t", str(_PATIENCE_S), "-r", "0", "-m", "", "-LE", "3"),
        *("-On", "-Ox", f"-Cr{REPETITIONS}", "-Cc", f"{address}:{port}", _dotted(root)),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, "MIBS": ""}
    )  # fmt: skip
    assert process.stdout is not None
    try:
        rows = list(islice(_rows(process.stdout), most))
    finally:
        process.stdout.close()
        process.kill()
        process.wait()
    return rows


def _rows(lines: Iterator[str]) -> Iterator[Row]:
    """Long hexadecimal strings go on in the next line, which does not begin with a name."""
    gathered = ""
    for line in lines:
        if line.startswith(".") and gathered:
            yield from _row(gathered)
            gathered = ""
        gathered += line
    if gathered:
        yield from _row(gathered)


def _row(text: str) -> Iterator[Row]:
    found = _LINE.fullmatch(text.strip())
    if found is None:
        raise AssertionError(f"snmpbulkwalk wrote {text!r}")
    oid, shown = _oid(found[1]), found[2]
    if shown.startswith(("No more variables left", "No Such")):
        # The end of the view; and what snmpbulkwalk says of a root without objects, for which it then asks itself.
        return
    if shown == '""':
        yield oid, Tag.OCTET_STRING, b""
        return
    if shown == "NULL":
        yield oid, Tag.NULL, None
        return
    kind, _, value = shown.partition(": ")
    yield oid, _KINDS[kind], _value(_KINDS[kind], value)


def _value(tag: Tag, text: str) -> Value:
    if tag is Tag.OBJECT_IDENTIFIER:
        return _oid(text)
    if tag is Tag.IP_ADDRESS:
        return bytes(map(int, text.split(".")))
    if tag is Tag.OCTET_STRING:
        return bytes.fromhex(text)
    if tag is Tag.OPAQUE:
        kind, _, number = text.partition(": ")
        return _FLOAT + struct.pack(">f", float(number)) if kind == "Float" else bytes.fromhex(text)
    if tag is Tag.TIME_TICKS:
        return int(text[1 : text.index(")")])
    return int(text)


def by_pysnmp(address: str, port: int, community: str, root: Oid, most: int | None = None) -> list[Row]:
    """The first ``most`` objects below ``root``."""
    return list(islice(_bulk_by_pysnmp(address, port, community, root), most))


def _bulk_by_pysnmp(address: str, port: int, community: str, root: Oid) -> Iterator[Row]:
    from pyasn1.codec.ber import decoder, encoder
    from pysnmp.proto import api

    version = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    at = root
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(_PATIENCE_S)
        sock.connect((address, port))
        while True:
            pdu = version.GetBulkRequestPDU()
            version.apiBulkPDU.set_defaults(pdu)
            version.apiBulkPDU.set_non_repeaters(pdu, 0)
            version.apiBulkPDU.set_max_repetitions(pdu, REPETITIONS)
            version.apiBulkPDU.set_varbinds(pdu, [(at, version.null)])
            message = version.Message()
            version.apiMessage.set_defaults(message)
            version.apiMessage.set_community(message, community)
            version.apiMessage.set_pdu(message, pdu)
            sock.send(encoder.encode(message))
            answer, _ = decoder.decode(sock.recv(65535), asn1Spec=version.Message())
            reply = version.apiMessage.get_pdu(answer)
            assert version.apiPDU.get_request_id(reply) == version.apiPDU.get_request_id(pdu)
            assert not version.apiPDU.get_error_status(reply)
            for name, value in version.apiPDU.get_varbinds(reply):
                oid, tag = tuple(name), _tag(value)
                if oid[: len(root)] != root or tag is Tag.END_OF_MIB_VIEW:
                    return
                yield oid, tag, _plain(tag, value)
                at = oid


def _tag(value: object) -> Tag:
    """pyasn1 knows class, form and number of a type apart; on the wire they are one byte."""
    outermost = value.tagSet[-1]  # type: ignore[attr-defined]
    return Tag(outermost.tagClass | outermost.tagFormat | outermost.tagId)


def _plain(tag: Tag, value: object) -> Value:
    if tag is Tag.OBJECT_IDENTIFIER:
        return tuple(value)  # type: ignore[arg-type]
    if tag is Tag.NULL:
        return None
    if tag in (Tag.OCTET_STRING, Tag.OPAQUE, Tag.IP_ADDRESS):
        return bytes(value.asOctets())  # type: ignore[attr-defined]
    return int(value)  # type: ignore[call-overload, no-any-return]


def _oid(text: str) -> Oid:
    return tuple(map(int, text.strip(".").split(".")))


def _dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
