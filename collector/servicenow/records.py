"""Records of a ServiceNow instance by its Table API: every answer has a ``result``, or it is no answer.

An instance that sleeps, and a gateway that wants people to sign in, answer 200 with a page in HTML.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.remote.http import Http, short
from collector.remote.telling import RemoteError

_MOST = 500
"""So many steps of a record's history are read, the newest."""
_HIDDEN = (401, 403)
_SHOWN = ("sys_id", "number", "state", "correlation_id")


class Records:
    """The tables of an instance. Every method raises RemoteError."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def insert(self, table: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """A new record."""
        query = {"sysparm_fields": ",".join(_SHOWN)}
        return self._one(self._http.json("POST", f"/api/now/table/{table}", query=query, body=fields))

    def update(self, table: str, key: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """The record after the change; what rules of the instance did not allow is not in it."""
        query = {"sysparm_fields": ",".join(_SHOWN)}
        return self._one(self._http.json("PATCH", f"/api/now/table/{table}/{key}", query=query, body=fields))

    def get(self, table: str, key: str, fields: Sequence[str]) -> dict[str, Any] | None:
        """A record, each field with its value (times in UTC) and what people see; None where there is none."""
        query = {"sysparm_fields": ",".join(fields), "sysparm_display_value": "all"}
        answer = self._http.ask("GET", f"/api/now/table/{table}/{key}", query=query, fine=(404,))
        try:
            told = answer.json()
        except ValueError:
            raise self._unreadable(answer.text) from None
        if answer.status == 404:
            if isinstance(told, dict) and "No Record found" in str(told.get("error")):
                return None
            raise self._http.refused(answer)
        return self._one(told)

    def query(
        self, table: str, query: str, fields: Sequence[str], limit: int = 20, fine: Sequence[int] = ()
    ) -> list[dict[str, Any]]:
        """The records that an encoded query finds; one with an unknown field finds all, so look at what comes.

        With one of the statuses ``fine`` there are none.
        """
        asked = {
            "sysparm_query": query,
            "sysparm_fields": ",".join(fields),
            "sysparm_limit": str(limit),
            "sysparm_display_value": "all",
        }
        answer = self._http.ask("GET", f"/api/now/table/{table}", query=asked, fine=fine)
        if answer.status in fine:
            return []
        try:
            told = answer.json()
        except ValueError:
            told = None
        found = told.get("result") if isinstance(told, dict) else None
        if not isinstance(found, list):
            raise self._unreadable(answer.text)
        return [record for record in found if isinstance(record, dict)]

    def history(self, table: str, key: str) -> list[dict[str, Any]]:
        """What was changed in a record, oldest first; nothing where the account may not read it."""
        fields = ("sys_id", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on")
        query = f"tablename={table}^documentkey={key}^fieldnameINstate,priority,assigned_to^ORDERBYDESCsys_created_on"
        return self.query("sys_audit", query, fields, _MOST, _HIDDEN)[::-1]

    def journal(self, key: str) -> list[dict[str, Any]]:
        """What was written to a record, oldest first; nothing where the account may not read it."""
        fields = ("sys_id", "element", "value", "sys_created_by", "sys_created_on")
        query = f"element_id={key}^elementINcomments,work_notes^ORDERBYDESCsys_created_on"
        return self.query("sys_journal_field", query, fields, _MOST, _HIDDEN)[::-1]

    def _one(self, table: Any) -> dict[str, Any]:
        found = table.get("result") if isinstance(table, dict) else None
        if not isinstance(found, dict) or not plain(found, "sys_id"):
            raise self._unreadable(str(table))
        return found

    def _unreadable(self, text: str) -> RemoteError:
        return RemoteError(
            f"{self._http.place} answered without a record (a sleeping instance does so): {short(text)}", uncertain=True
        )


def plain(record: Mapping[str, Any], name: str) -> str:
    """A field's value, whether the record shows it alone or with what people see."""
    found = record.get(name)
    if isinstance(found, Mapping):
        found = found.get("value")
    return "" if found is None else str(found)


def shown(record: Mapping[str, Any], name: str) -> str:
    """A field as people see it there."""
    found = record.get(name)
    if isinstance(found, Mapping):
        found = found.get("display_value")
    return "" if found is None else str(found)


def escaped(value: str) -> str:
    """A value for an encoded query, where ``^`` sets conditions apart and is doubled inside of a value."""
    return value.replace("^", "^^")
