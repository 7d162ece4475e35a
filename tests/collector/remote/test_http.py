"""The limit of time of a request: it holds for the whole of it, however the other side sends."""

import ssl
from pathlib import Path

import pytest

from collector.remote.http import Http
from collector.remote.telling import RemoteError
from collector.tls import Authority
from tests.collector.remote.dripping import Dripping
from tests.collector.rooms import START
from tests.collector.test_tls import real_now

DRIPS = {
    "status line": (b"HTTP/1.1 2", b"0"),
    "headers": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "body of a known length": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"),
    "body to the end of the connection": (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
}


def asked(address: str, verify: bool | str = True) -> RemoteError:
    http = Http(address, timeout=300, now=lambda: START, verify=verify)
    with pytest.raises(RemoteError, match="did not end its answer in time") as caught:
        http.ask("POST", "/tickets", body={"title": "core-1 is down"})
    http.close()
    return caught.value


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_is_given_up_while_it_drips(drip: tuple[bytes, bytes]) -> None:
    with Dripping(*drip) as server:
        trouble = asked(f"http://127.0.0.1:{server.port}")
        still_dripping = not server.ended.is_set()

    assert trouble.uncertain
    assert still_dripping


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_the_limit_holds_under_tls_too(drip: tuple[bytes, bytes], tmp_path: Path) -> None:
    now = real_now()
    authority = Authority(tmp_path / "tls")
    pair = authority.leaf(["127.0.0.1"], now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    (tmp_path / "authority.pem").write_bytes(authority.pem(now))
    with Dripping(*drip, context) as server:
        trouble = asked(f"https://127.0.0.1:{server.port}", str(tmp_path / "authority.pem"))
        still_dripping = not server.ended.is_set()

    assert trouble.uncertain
    assert still_dripping


def test_what_was_given_up_does_not_end_the_next_request() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    http = Http("http://127.0.0.1:", timeout=300, now=lambda: START)
    with Dripping(*DRIPS["headers"]) as slow, Dripping(whole, b"") as quick:
        with pytest.raises(RemoteError):
            http.ask("GET", f"{slow.port}/")

        assert http.json("GET", f"{quick.port}/") == {}
    http.close()
