"""Whether a webhook comes from whom it says."""

import hashlib
import hmac

import pytest

from collector.remote import hooks
from rules.errors import Invalid, Unauthenticated
from rules.secret import Secret

SECRET = Secret("a secret")
BODY = '{"说": 1}'.encode()
DIGEST = hmac.new(b"a secret", BODY, hashlib.sha256).hexdigest()


def test_a_token_is_the_shared_secret() -> None:
    hooks.by_token({"x-token": "a secret"}, "x-token", SECRET)

    with pytest.raises(Unauthenticated):
        hooks.by_token({"x-token": "another"}, "x-token", SECRET)


def test_one_of_several_signatures_is_enough() -> None:
    hooks.by_hmac({"x-signature": f"v1={'0' * 64}, v1={DIGEST}"}, "x-signature", "v1=", SECRET, BODY)

    with pytest.raises(Unauthenticated):
        hooks.by_hmac({"x-signature": f"v1={DIGEST}"}, "x-signature", "v1=", SECRET, BODY + b" ")


def test_a_suffix_is_signed_behind_the_body() -> None:
    signed = hmac.new(b"a secret", BODY + b"1791180751", hashlib.sha256).hexdigest()
    hooks.by_hmac({"x-signature": signed}, "x-signature", "", SECRET, BODY, suffix=b"1791180751")

    with pytest.raises(Unauthenticated):
        hooks.by_hmac({"x-signature": signed}, "x-signature", "", SECRET, BODY, suffix=b"1791180752")


def test_another_hash_function_makes_another_signature() -> None:
    signed = hmac.new(b"a secret", BODY, hashlib.sha1).hexdigest()
    hooks.by_hmac({"x-signature": signed}, "x-signature", "", SECRET, BODY, digest="sha1")

    with pytest.raises(Unauthenticated):
        hooks.by_hmac({"x-signature": signed}, "x-signature", "", SECRET, BODY)


@pytest.mark.parametrize("headers", [{}, {"x-signature": ""}, {"x-signature": DIGEST}, {"x-signature": "v1=é"}])
def test_no_signature_of_the_right_form_is_none(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        hooks.by_hmac(headers, "x-signature", "v1=", SECRET, BODY)


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(Unauthenticated):
        hooks.by_token({}, "x-token", None)
    with pytest.raises(Unauthenticated):
        hooks.by_hmac({"x-signature": f"v1={DIGEST}"}, "x-signature", "v1=", None, BODY)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{"])
def test_a_body_that_is_no_object_is_told(body: bytes) -> None:
    with pytest.raises(Invalid, match="no JSON object"):
        hooks.table_of(body)
