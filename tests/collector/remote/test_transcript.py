"""Transcripts: what was said to another system, without what signs in."""

import html
import json
import threading
from urllib.parse import quote, urlencode

import pytest

from collector.remote.http import Http
from collector.remote.transcript import note, transcribed
from tests.collector.tickets.stand_ins.stand_in import Answer
from tests.collector.tickets.wire import wired

CALLED = {
    "body": '{"grant_type": "client_credentials", "client_secret": "s3cret-one"}',
    "answer": '{"access_token":"abc.def", "routing_key": "r-1", "session_token" : "x", "name": "tokens"}',
}

HARD = 'head "/\\&ü tail'
"""A secret that JSON, addresses, forms and HTML each write in another way."""


def answered(*_: object) -> Answer:
    return 200, {}, CALLED["answer"].encode()


def test_request_and_answer_are_kept_in_order() -> None:
    with wired(answered), transcribed() as kept:
        http = Http("http://desk.example/api", timeout=1000, now=lambda: 0)
        http.ask("GET", "/tickets", query={"key": "k 1"})
        http.ask("POST", "/tickets", body={"title": "core-1 is down"})

    first, second = kept.exchanges
    assert first.startswith("> GET http://desk.example/…/tickets?key=k+1\n< 200")
    assert second.startswith('> POST http://desk.example/…/tickets\n{"title": "core-1 is down"}\n< 200')


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    with transcribed(["hidden-key"]) as kept:
        note("POST http://desk.example/hidden-key", "a hidden-key b", "200", "hidden-key")

    assert "hidden-key" not in kept.text
    assert "a *** b" in kept.text


@pytest.mark.parametrize(
    "written",
    [
        HARD,
        json.dumps({"key": HARD}),
        json.dumps({"key": HARD}, ensure_ascii=False),
        json.dumps({"key": HARD}).replace("/", "\\/"),
        urlencode({"key": HARD}),
        quote(HARD),
        quote(HARD, safe=""),
        quote(HARD, safe="").lower(),
        html.escape(HARD),
    ],
)
def test_a_secret_is_masked_however_it_is_written(written: str) -> None:
    with transcribed([HARD]) as kept:
        note(f"GET /{written}", written, "200", written)

    assert "head" not in kept.text
    assert "tail" not in kept.text
    assert kept.text.count("***") == 3


def test_a_quotation_mark_does_not_end_what_is_named_like_a_token() -> None:
    with transcribed() as kept:
        note("POST /", json.dumps({"password": 'head"tail'}), "200", "")

    assert "tail" not in kept.text


def test_a_secret_at_the_cut_leaves_no_beginning() -> None:
    with transcribed(["hidden-key"]) as kept:
        note("GET /", "x" * 3_995 + "hidden-key", "200", "")

    assert "hidd" not in kept.text


def test_what_is_named_like_a_token_is_masked_in_bodies_and_forms() -> None:
    with transcribed() as kept:
        note("POST /oauth", CALLED["body"], "200", CALLED["answer"])
        note("POST /oauth", "client_secret=s3cret-two&grant_type=password", "200", "")

    for hidden in ("s3cret-one", "s3cret-two", "abc.def", "r-1", '"x"'):
        assert hidden not in kept.text
    assert '"name": "tokens"' in kept.text
    assert "grant_type=password" in kept.text


@pytest.mark.parametrize("length", [4_000, 4_001])
def test_what_is_long_is_cut_and_that_is_said(length: int) -> None:
    with transcribed() as kept:
        note("GET /", "", "200", "x" * length)

    assert ("… (4001 characters)" in kept.text) is (length > 4_000)


def test_another_thread_keeps_its_own() -> None:
    with transcribed() as kept:
        thread = threading.Thread(target=note, args=("GET /", "", "200", ""))
        thread.start()
        thread.join()

    assert kept.exchanges == []


def test_nothing_is_kept_where_nobody_asked() -> None:
    with transcribed() as kept:
        pass
    note("GET /", "", "200", "")

    assert kept.text == ""
