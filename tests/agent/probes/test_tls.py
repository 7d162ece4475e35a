"""TLS handshakes with certificates made on the spot, and dates as plain values."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.certificate import validity
from agent.probes.tls import Shown, combine, dates
from rules.result import Outcome
from tests.agent.probes.conftest import Authority, look

DAY = 86_400_000


def offer(files: tuple[str, str], names: list[str | None] | None = None) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if names is not None:
        context.sni_callback = lambda session, name, used: names.append(name)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return handle


def der(path: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(Path(path).read_text())


def test_a_good_certificate_is_ok_with_its_days(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(offer(authority.issue("127.0.0.1", begins_days=-1, days=90)))

    found = look("tls", f"127.0.0.1:{port}", authorities=authority.file)

    assert found.outcome is Outcome.OK
    assert found.values["days_left"] == pytest.approx(89, abs=0.01)
    assert found.values["life_left_ratio"] == pytest.approx(89 / 90, abs=0.001)


def test_the_server_name_is_asked_for_and_checked(serve: Callable[..., int], authority: Authority) -> None:
    names: list[str | None] = []
    port = serve(offer(authority.issue("shop.example"), names))

    found = look("tls", f"127.0.0.1:{port}", server_name="shop.example", authorities=authority.file)

    assert found.outcome is Outcome.OK
    assert names == ["shop.example"]


@pytest.mark.parametrize(
    ("issue", "reason"),
    [
        ({"begins_days": -100, "days": 90}, "expired"),
        ({"begins_days": 2, "days": 90}, "not yet valid"),
    ],
)
def test_a_certificate_out_of_its_time_is_failed(
    serve: Callable[..., int], authority: Authority, issue: dict[str, float], reason: str
) -> None:
    port = serve(offer(authority.issue("127.0.0.1", **issue)))

    found = look("tls", f"127.0.0.1:{port}", authorities=authority.file)

    assert found.outcome is Outcome.FAILED
    assert reason in found.text


def test_a_certificate_for_another_name_is_failed(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(offer(authority.issue("other.example")))

    found = look("tls", f"127.0.0.1:{port}", authorities=authority.file)

    assert found.outcome is Outcome.FAILED
    assert "mismatch" in found.text


def test_an_unknown_authority_is_failed(serve: Callable[..., int], authority: Authority) -> None:
    assert look("tls", f"127.0.0.1:{serve(offer(authority.issue('127.0.0.1')))}").outcome is Outcome.FAILED


def test_without_verify_only_the_dates_are_judged(serve: Callable[..., int], authority: Authority) -> None:
    fresh = serve(offer(authority.issue("other.example")))
    old = serve(offer(authority.issue("other.example", begins_days=-100, days=90)))

    assert look("tls", f"127.0.0.1:{fresh}", verify=False).outcome is Outcome.OK
    assert "has expired" in look("tls", f"127.0.0.1:{old}", verify=False).text


def test_a_port_that_speaks_no_tls_is_failed(serve: Callable[..., int]) -> None:
    found = look("tls", f"127.0.0.1:{serve(lambda connection: connection.sendall(b'220 hello' + bytes(20)))}")

    assert found.outcome is Outcome.FAILED
    assert "no TLS" in found.text


def test_nobody_listening_is_failed_and_an_unknown_name_an_error(closed_port: int) -> None:
    assert look("tls", f"127.0.0.1:{closed_port}").outcome is Outcome.FAILED
    assert look("tls", "no-such-host.invalid").outcome is Outcome.ERROR


def test_limits_are_relative_to_the_lifetime(authority: Authority) -> None:
    leaf = der(authority.issue("a.example", begins_days=0, days=47)[0])
    ends = validity(leaf).ends

    values, text = dates([leaf], ends - 5 * DAY)

    assert (values["days_left"], text) == (5, "")
    assert values["last_days_ratio"] == pytest.approx(5 / 4.7, abs=0.001)


def test_a_long_lived_certificate_is_urgent_at_seven_days(authority: Authority) -> None:
    leaf = der(authority.issue("a.example", begins_days=0, days=3650)[0])

    assert dates([leaf], validity(leaf).ends - 7 * DAY)[0]["last_days_ratio"] == 1


def test_the_element_of_the_chain_that_ends_first_counts(authority: Authority) -> None:
    leaf = der(authority.issue("a.example", begins_days=-1, days=90)[0])
    above = der(authority.issue("intermediate", begins_days=-80, days=90)[0])

    assert dates([leaf, above], validity(above).ends - 3 * DAY)[0]["days_left"] == 3
    assert dates([leaf, above], validity(above).ends)[1] == "a certificate of the chain has expired"


def test_the_worst_address_counts(authority: Authority) -> None:
    good = der(authority.issue("a.example", begins_days=-1, days=90)[0])
    old = der(authority.issue("a.example", begins_days=-85, days=90)[0])
    now = validity(good).begins + DAY

    found = combine([Shown("::1", Outcome.OK, 10, (good,)), Shown("::2", Outcome.OK, 20, (old,))], now)

    assert found.outcome is Outcome.OK
    assert found.values["days_left"] == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("cut", [0, 1, 10, 100])
def test_what_is_no_certificate_is_refused(authority: Authority, cut: int) -> None:
    whole = der(authority.issue("a.example")[0])

    with pytest.raises(ValueError, match="no certificate"):
        validity(whole[:cut])


def test_the_event_loop_closes_without_warnings(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(offer(authority.issue("127.0.0.1")))

    for _ in range(3):
        assert look("tls", f"127.0.0.1:{port}", authorities=authority.file).outcome is Outcome.OK
    asyncio.run(asyncio.sleep(0))
