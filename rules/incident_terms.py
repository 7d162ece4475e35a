"""When faults that come and go, or come again and again, are more than single faults: settings with shipped values."""

from dataclasses import dataclass
from fractions import Fraction

from rules.duration import Duration
from rules.errors import Invalid
from rules.flapping import SHIPPED, Damping
from rules.parameters import DAY, HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class IncidentTerms:
    """What ``[incidents]`` may say."""

    unstable_start: float = float(SHIPPED.start)
    """From which weighted share of changes among its last 21 looks on a check flaps."""
    unstable_stop: float = float(SHIPPED.stop)
    """At which share it no longer does."""
    unstable_returns: int = 4
    """So many times a fault must have come within ``unstable_within`` for its incident to be unstable, however slowly
    it flaps."""
    unstable_within: Duration = HOUR
    """See ``unstable_returns``."""
    stable_after: Duration = 15 * MINUTE
    """How long nothing must have changed for an unstable incident to be stable again."""
    site_dark: bool = True
    """Whether a site (label ``site``) of which nothing answers any more is one incident."""
    repeat_count: int = 3
    """So many failures of one object within ``repeat_within`` make a problem."""
    repeat_within: Duration = 90 * DAY
    """See ``repeat_count``."""
    symptom_within: Duration = 30 * DAY
    """The same symptom of the same object again within so long after its end makes a problem, too."""
    apart: Duration = HOUR
    """Failures of one object closer together than this are one failure that comes and goes."""

    @property
    def damping(self) -> Damping:
        """The two shares as the rule has them."""
        return Damping(Fraction(str(self.unstable_start)), Fraction(str(self.unstable_stop)))

    def __post_init__(self) -> None:
        if self.unstable_returns < 2:
            raise Invalid("unstable_returns: expected at least 2")
        if self.repeat_count < 2:
            raise Invalid("repeat_count: expected at least 2")
        if not 0 <= self.unstable_stop < self.unstable_start <= 1:
            raise Invalid("unstable_stop must be smaller than unstable_start, both from 0 to 1")
