"""What of an offer there is left for a customer."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.offers.contracts.awards import Refusal


@dataclass(frozen=True, slots=True)
class Room:
    """How often an offer can still be given to anybody (None: nothing bounds it), and why not to this customer.

    `refusal` is what settling would refuse it for now, None where it would be given.
    """

    left: int | None
    refusal: Refusal | None
