"""Promise: by whose terms an object is judged. Every figure names them."""

from dataclasses import dataclass

from rules.parameters import Parameters

HOUSE = "house"
"""The agreement that holds where no other does: the shipped parameters, with what the settings file changes."""


PROMISED = frozenset(
    {
        *("fault_rate_definition", "min_coverage", "most_share", "targets", "weights"),
        *("maintenance_cap", "merge_gap", "min_failure", "recovery_grace"),
        *("edge_policy", "min_vantages", "quorum", "ticket_after"),
    }
)
"""The parameters that an agreement may set. The others belong to the whole installation, or are set in layers."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An agreement in the version that holds for an object, and the parameters it makes.

    ``version`` is None for the house's own terms, which are settings and have none.
    """

    agreement: str
    version: int | None
    parameters: Parameters

    def as_named(self) -> dict[str, object]:
        """The name and version, as figures print them."""
        return {"name": self.agreement, "version": self.version}
