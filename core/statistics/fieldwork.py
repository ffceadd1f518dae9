"""What became of the invitations: delivery, response and break-off rates after AAPOR."""

from dataclasses import dataclass

from core.statistics.intervals import share
from core.statistics.results import Share


@dataclass(frozen=True)
class Outcomes:
    """Every invited person once. `unknown`: nothing is known, not even whether the message arrived."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    not_contacted: int = 0
    other: int = 0
    unknown: int = 0

    @property
    def invited(self) -> int:
        return self.complete + self.partial + self.refused + self.not_contacted + self.other + self.unknown


@dataclass(frozen=True)
class ResponseRates:
    """`rr1` counts complete answers, `rr2` also partial ones; `break_off` is partial of all begun."""

    rr1: Share
    rr2: Share
    delivered: Share
    break_off: Share


def response_rates(outcomes: Outcomes, *, level: float = 0.95) -> ResponseRates:
    """The rates of one wave or stratum; without invitations every estimate is None."""
    begun = outcomes.complete + outcomes.partial
    arrived = outcomes.invited - outcomes.not_contacted - outcomes.unknown
    return ResponseRates(
        rr1=share(outcomes.complete, outcomes.invited, level=level),
        rr2=share(begun, outcomes.invited, level=level),
        delivered=share(arrived, outcomes.invited, level=level),
        break_off=share(outcomes.partial, begun, level=level),
    )
