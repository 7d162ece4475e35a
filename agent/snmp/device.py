"""One device by one way in: its values by GET, and its tables by walks, over sockets shared with all others."""

from collections.abc import Mapping, Sequence

from agent.snmp.ber import Oid, Value, VarBind
from agent.snmp.credentials import Access
from agent.snmp.table import Table


class Device:
    """One device by one way in. ``devices.open_device`` makes it; ``close`` it when done with it.

    What was learnt of it is kept for the next question: how many rows it gives at once, whether it can GETBULK, the
    engine and clock of v3. At most two requests are under way at once, and no more a second than its budget; single
    objects go before tables.

    All methods raise Silent, Denied, ErrorStatus, or OSError for what this machine could not do.
    """

    __slots__ = ("access", "address", "port")

    access: Access
    address: str
    port: int

    @property
    def boots(self) -> int | None:
        """How often the device's engine started, as its v3 answers tell (snmpEngineBoots); None when not known."""
        raise NotImplementedError

    @property
    def engine_id(self) -> bytes | None:
        """Its engine id, None with v1, v2c and before the first answer."""
        raise NotImplementedError

    @property
    def twins(self) -> tuple[str, ...]:
        """Other addresses at which the same engine id answers now: two names of one device, or a cloned one whose
        clock spoils that of the first (RFC 3414 §1.4.1 wants engine ids unique)."""
        raise NotImplementedError

    async def get(self, oids: Sequence[Oid], patience_s: float) -> list[VarBind]:
        """These objects, in their order, within ``patience_s`` (three tries, each half as long again).

        With v1, which fails whole, what is missing comes as NO_SUCH_OBJECT; an answer that is too big is asked for in
        halves.
        """
        raise NotImplementedError

    async def following(self, oids: Sequence[Oid], repetitions: int, patience_s: float) -> list[VarBind]:
        """The objects after these, row by row, up to ``repetitions`` rows; one row from v1 and from devices that
        cannot GETBULK. What is at its end comes as END_OF_MIB_VIEW, with the name it was asked by."""
        raise NotImplementedError

    async def read(
        self, columns: Sequence[Oid], scalars: Sequence[Oid] = (), *, until: float, most: int = 50_000
    ) -> Table:
        """Columns of any tables and single objects (whole names, with their .0), in as few requests as will carry
        them, at the latest at ``until`` (the loop's clock; 60 s from now at most).

        Raises Silent, Denied, ErrorStatus or OSError only when nothing at all was answered; what else went wrong
        stands in the table's faults.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give back this use of the device. The last one lets go of its sockets."""
        raise NotImplementedError
