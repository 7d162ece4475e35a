import threading
import time
from email.message import Message

import pytest

from agent.connection import Answer, Connection, check_url
from rules.errors import Invalid, Unavailable
from tests.agent.collector_double import collector_double


def answer(**headers: str) -> Answer:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Answer(200, message, b"")


@pytest.mark.parametrize("url", ["https://c:8440", "https://c/monitoring", "http://127.0.0.1:8440", "http://[::1]:1"])
def test_addresses_that_are_safe(url: str) -> None:
    assert check_url(f"{url}/") == url


@pytest.mark.parametrize("url", ["http://collector:8440", "http://10.0.0.1", "c:8440", "https://", "https://me@c", ""])
def test_addresses_that_are_not(url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)


@pytest.mark.parametrize(("text", "seconds"), [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("soon", None)])
def test_the_pause_the_collector_asks_for(text: str, seconds: float | None) -> None:
    assert answer(Retry_After=text).retry_after_s == seconds


def test_the_collectors_time() -> None:
    assert answer(Date="Sat, 21 Nov 2026 03:00:00 GMT").date_ms == 1_795_230_000_000
    assert answer(Date="noon").date_ms is None
    assert answer().date_ms is None


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="gives no answer"):
        Connection("http://127.0.0.1:1", None, None, 1.0).request("GET", "/")


def test_a_request_that_waits_can_be_ended_from_another_thread() -> None:
    with collector_double() as double:
        connection = Connection(double.url, None, None, 60.0)
        first = connection.request("GET", "/api/v1/agents/me/plan?wait=30")
        threading.Timer(0.1, connection.abort).start()
        began = time.monotonic()
        with pytest.raises(Unavailable, match="stopping"):
            connection.request("GET", "/api/v1/agents/me/plan?wait=30", None, {"If-None-Match": first.headers["ETag"]})
        connection.close()

        assert time.monotonic() - began < 5
