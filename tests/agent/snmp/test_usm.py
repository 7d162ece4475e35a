"""Keys, digests and ciphers against what others publish and compute.

Sample keys: RFC 3414 A.3.1 and A.3.2; appendix B of draft-reeder-snmpv3-usm-3desede for the one way of stretching
them. Sample digests: case 1 of RFC 2202 and RFC 4231, cut as RFC 3414 and RFC 7860 say. The SHA-2 keys and the other
way of stretching have no published samples: pysnmp computes them.
"""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.snmp import usm
from agent.snmp.credentials import AUTH, PRIV
from agent.snmp.errors import Cause, Denied

PASSWORD = b"maplesyrup"
ENGINE = bytes(11) + b"\x02"
AES = [priv for priv in PRIV if priv != "des"]


@pytest.mark.parametrize(
    ("auth", "key", "localised"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_published_keys(auth: str, key: str, localised: str) -> None:
    assert usm.key_of(auth, PASSWORD).hex() == key
    assert usm.localised(auth, PASSWORD, ENGINE).hex() == localised


@pytest.mark.parametrize(
    ("auth", "priv", "key"),
    [
        ("md5", "aes256", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"),
        ("md5", "aes192", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0"),
        ("sha1", "aes256", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c"),
        ("sha1", "aes192", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78"),
        ("sha1", "aes128", "6695febc9288e36282235fc7151f1284"),
        ("md5", "des", "526f5eed9fcce26f8964c2930787d82b"),
    ],
)
def test_published_keys_for_ciphers(auth: str, priv: str, key: str) -> None:
    assert usm.privacy_key(auth, priv, PASSWORD, ENGINE).hex() == key


def by_pysnmp(auth: str, priv: str) -> tuple[Any, tuple[int, ...]]:
    from pysnmp.entity import config

    from tests.agent.snmp.pysnmp_protocols import AUTHS, PRIVS

    return config.PRIV_SERVICES[PRIVS[priv]], AUTHS[auth]


@pytest.mark.parametrize("priv", PRIV)
@pytest.mark.parametrize("auth", AUTH)
def test_pysnmp_makes_the_same_keys_and_reads_the_same_text(auth: str, priv: str) -> None:
    from pyasn1.type.univ import OctetString

    service, auth_id = by_pysnmp(auth, priv)
    master = service.hash_passphrase(auth_id, OctetString(PASSWORD))
    theirs = service.localize_key(auth_id, master, OctetString(ENGINE))
    ours = usm.privacy_key(auth, priv, PASSWORD, ENGINE)
    encrypt, decrypt = usm.ciphers(priv, ours)
    salt, text = bytes(range(1, 9)), b"\x30\x26" + bytes(range(38))

    assert bytes(theirs)[: len(ours)] == ours
    read = bytes(service.decrypt_data(theirs, (5, 4711, OctetString(salt)), OctetString(encrypt(text, 5, 4711, salt))))
    assert read[: len(text)] == text
    written, parameters = service.encrypt_data(theirs, (5, 4711, None), text)
    assert decrypt(bytes(written), 5, 4711, bytes(parameters))[: len(text)] == text


@pytest.mark.parametrize(
    ("auth", "octets", "tag"),
    [
        ("md5", 16, "9294727a3638bb1c13f48ef8"),
        ("sha1", 20, "b617318655057264e28bc0b6"),
        ("sha224", 20, "896fb1128abbdf196832107cd49df33f"),
        ("sha256", 20, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da7"),
        ("sha384", 20, "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"),
        (
            "sha512",
            20,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4",
        ),
    ],
)
def test_published_digests(auth: str, octets: int, tag: str) -> None:
    assert usm.digest(auth, b"\x0b" * octets)(b"Hi There").hex() == tag


@pytest.mark.parametrize("priv", PRIV)
@given(text=st.binary(max_size=100), salt=st.binary(min_size=8, max_size=8), boots=st.integers(0, 2**31 - 1))
def test_what_is_encrypted_is_decrypted(priv: str, text: bytes, salt: bytes, boots: int) -> None:
    encrypt, decrypt = usm.ciphers(priv, usm.privacy_key("sha256", priv, PASSWORD, ENGINE))

    read = decrypt(encrypt(text, boots, 2**31 - 1, salt), boots, 2**31 - 1, salt)

    # DES pads to whole blocks.
    assert read.rstrip(b"\0") == text.rstrip(b"\0")
    assert len(read) - len(text) in range(8 if priv == "des" else 1)


@pytest.mark.parametrize("priv", PRIV)
def test_messages_of_any_length_in_any_order_leave_each_other_alone(priv: str) -> None:
    encrypt, decrypt = usm.ciphers(priv, usm.privacy_key("sha256", priv, PASSWORD, ENGINE))
    texts = [bytes(range(size)) for size in (0, 1, 15, 16, 17, 40, 100)]
    sent = [encrypt(text, 5, 100 + number, number.to_bytes(8, "big")) for number, text in enumerate(texts)]

    for number in (3, 6, 0, 5, 1, 4, 2, 2, 6):
        read = decrypt(sent[number], 5, 100 + number, number.to_bytes(8, "big"))

        assert read[: len(texts[number])] == texts[number]


@pytest.mark.parametrize("priv", AES)
def test_the_engines_clock_is_part_of_the_cipher(priv: str) -> None:
    encrypt, decrypt = usm.ciphers(priv, usm.privacy_key("sha1", priv, PASSWORD, ENGINE))

    assert decrypt(encrypt(b"a scoped PDU", 5, 100, bytes(8)), 5, 101, bytes(8)) != b"a scoped PDU"


def test_a_password_is_hashed_once_for_all_engines() -> None:
    usm.key_of.cache_clear()

    for engine in range(50):
        usm.localised("sha512", b"a password of its own", engine.to_bytes(8, "big"))

    assert usm.key_of.cache_info().misses == 1


def test_an_empty_password_is_told() -> None:
    with pytest.raises(Denied, match="empty"):
        usm.key_of("sha1", b"")


def test_what_is_missing_for_encryption_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the names it is called with
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(Denied, match=r"nineward\[snmpv3\]") as refused:
        usm.ciphers("aes128", bytes(16))
    assert refused.value.cause == Cause.CANNOT_ENCRYPT
