"""How customers come in to their own page: one-time links, the shop's signed tokens, and its secrets.

JiacanError
├── TokenRefused     a signed token that lets nobody in, and why
└── TooManyTries     too many that failed came from one network
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

LINK_LASTS = timedelta(minutes=15)
TOKEN_LASTS = timedelta(minutes=5)
"""The longest time between a token's `iat` and its `exp`."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""How far ahead of ours the clock of a shop's server may be."""

SESSION_LASTS = timedelta(days=30)
"""How long a customer stays signed in who does not come back."""

SESSION_RENEWED = timedelta(days=1)
"""How old a session may be before a visit renews it."""

TRIES_A_MINUTE = 20
"""How many tries that fail one network has at a shop's doors."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a signed token says: whom it lets in, from when, until when, and what makes it the only one."""

    customer_id: str
    issued_at: datetime
    expires_at: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class EntrySecret:
    """A secret with which a shop signs tokens; it is shown once, and `hint` is its last four."""

    id: int
    hint: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Session:
    """A customer who is signed in at a shop; `is_old` where the visit renews it."""

    customer_id: str
    is_old: bool


class WhyRefused(StrEnum):
    """Why a token lets nobody in."""

    UNREADABLE = "unreadable"
    NO_KEY = "no_key"
    FORGED = "forged"
    LASTS_TOO_LONG = "lasts_too_long"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    USED = "used"


_WHY: Mapping[WhyRefused, Message] = {
    WhyRefused.UNREADABLE: tell("the token is not of the form that Jiacan takes"),
    WhyRefused.NO_KEY: tell("the shop has no secret with which tokens are signed"),
    WhyRefused.FORGED: tell("the token is not signed with a secret of this shop"),
    WhyRefused.LASTS_TOO_LONG: tell("the token says that it lasts longer than five minutes"),
    WhyRefused.NOT_YET: tell("the token was made in the future; the clock of the shop's server is ahead"),
    WhyRefused.EXPIRED: tell("the token's few minutes are over"),
    WhyRefused.USED: tell("the token was used before"),
}


@dataclass(eq=False)
class TokenRefused(JiacanError):
    """A signed token that lets nobody in."""

    why: WhyRefused

    def message(self) -> Message:
        return tell(
            "You were not signed in: {why}. Go back to the shop and open your member page from there once more.",
            why=_WHY[self.why],
        )


@dataclass(eq=False)
class TooManyTries(JiacanError):
    """Too many tries that failed came from one network."""

    def message(self) -> Message:
        return tell(
            "Too many tries to sign in failed from where you are. Wait a minute, then open your member page from the "
            "shop once more."
        )
