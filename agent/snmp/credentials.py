"""SNMP credentials as the device's security models want them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.probes.probe import Credential
from rules.secret import Secret

AUTH = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
PRIV = ("des", "aes128", "aes192", "aes256", "aes192-blumenthal", "aes256-blumenthal")


@dataclass(frozen=True, slots=True)
class Access:
    """One way in. ``version`` is v1, v2c or v3; empty protocols mean that step is not taken."""

    name: str
    version: str
    community: Secret | None = None
    user: str = ""
    auth: str = ""
    auth_key: Secret | None = None
    priv: str = ""
    priv_key: Secret | None = None
    context: str = ""


def ways_in(credentials: Sequence[Credential], version: str = "auto") -> Iterator[Access]:
    """What to try, in order. ``version`` v1, v2c or v3 admits only that one; auto takes what the credential says.

    AES with 192 and 256 bits was never standardised, and two ways of making its key are about: the one common with
    Cisco is tried first, the Blumenthal draft second. Raises ValueError for a protocol nobody knows.
    """
    for credential in credentials:
        if credential.kind != "snmp":
            continue
        if "community" in credential.secrets:
            stated = _version(credential.words.get("version", ""))
            chosen = (stated or "v2c") if version == "auto" else version
            if chosen != "v3":
                yield Access(credential.name, chosen, community=credential.secrets["community"])
        elif "user" in credential.words and version in ("auto", "v3"):
            yield from _users(credential)


def _users(credential: Credential) -> Iterator[Access]:
    auth = _known(credential.words.get("auth", ""), AUTH, {"sha": "sha1"})
    priv = _known(credential.words.get("priv", ""), PRIV, {"aes": "aes128"})
    for way in (priv, f"{priv}-blumenthal") if priv in ("aes192", "aes256") else (priv,):
        yield Access(
            credential.name,
            "v3",
            user=credential.words["user"],
            auth=auth,
            auth_key=credential.secrets.get("auth_key"),
            priv=way,
            priv_key=credential.secrets.get("priv_key"),
            context=credential.words.get("context", ""),
        )


def _known(given: str, names: Sequence[str], also: dict[str, str]) -> str:
    plain = given.lower().replace("-", "").replace("blumenthal", "-blumenthal")
    plain = "" if plain == "none" else also.get(plain, plain)
    if plain and plain not in names:
        raise ValueError(f"expected one of {', '.join(names)}, found {given!r}")
    return plain


def _version(given: str) -> str:
    return f"v{given.removeprefix('v')}" if given else ""
