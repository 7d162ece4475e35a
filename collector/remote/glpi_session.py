"""GLPI's REST API asked within a session, which GLPI may forget at any time (apirest.md of its source)."""

import json
from typing import Any

from collector.remote.http import Answer, Http, short
from collector.remote.telling import RemoteError
from rules.secret import Secret

_LOST = ("ERROR_SESSION_TOKEN_INVALID", "ERROR_SESSION_TOKEN_MISSING")


class GlpiSession:
    """Signs in when first asked, and again when GLPI has forgotten the session. Used by one thread at a time."""

    def __init__(self, http: Http, user_token: Secret) -> None:
        self._http = http
        self._user_token = user_token
        self._token = ""
        self._user = ""

    def close(self) -> None:
        """End the session, which GLPI would keep until it expires, and give back the connections."""
        if self._token:
            try:
                self._http.ask("GET", "/killSession", headers={"Session-Token": self._token})
            except RemoteError:
                self._token = ""
        self._http.close()

    @property
    def user(self) -> str:
        """The id of the user who is signed in."""
        if not self._user:
            told = self.json("GET", "/getFullSession")
            session = told.get("session") if isinstance(told, dict) else None
            if not isinstance(session, dict) or not session.get("glpiID"):
                raise RemoteError(f"{self._http.place} does not say who is signed in: {short(json.dumps(told))}")
            self._user = str(session["glpiID"])
        return self._user

    def ask(self, method: str, path: str, *, fine: tuple[int, ...] = (), **given: Any) -> Answer:
        """One request and its whole answer, as ``Http.ask``. Raises RemoteError for what is no 2xx and not in ``fine``.

        A request that GLPI refused for want of a session was not carried out, so it is sent again in a new one.
        """
        for fresh in (not self._token, True):
            if fresh:
                self._sign_in()
            answer = self._http.ask(method, path, fine=(*fine, 401), headers={"Session-Token": self._token}, **given)
            if fresh or answer.status != 401 or not any(word in answer.text for word in _LOST):
                break
        if answer.status == 401 and 401 not in fine:
            raise self._http.refused(answer)
        return answer

    def json(self, method: str, path: str, **given: Any) -> Any:
        """The parsed answer of :meth:`ask`."""
        return self.parsed(self.ask(method, path, **given))

    def parsed(self, answer: Answer) -> Any:
        """An answer's body. A success whose body is no JSON is none: RemoteError, uncertain."""
        try:
            return answer.json()
        except ValueError:
            raise RemoteError(
                f"{self._http.place} answered {answer.status} with something that is no JSON: {short(answer.text)}",
                uncertain=True,
            ) from None

    def _sign_in(self) -> None:
        signed = {"Authorization": f"user_token {self._user_token.reveal()}"}
        try:
            answer = self._http.json("GET", "/initSession", headers=signed)
        except RemoteError as trouble:
            # Whatever became of this request, what was to be asked has not been asked yet.
            raise RemoteError(
                trouble.message, permanent=trouble.permanent, retry_after=trouble.retry_after
            ) from trouble
        if not isinstance(answer, dict) or not answer.get("session_token"):
            raise RemoteError(f"{self._http.place} opened no session: {short(json.dumps(answer))}")
        self._token = str(answer["session_token"])
