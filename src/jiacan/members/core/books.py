"""Where points come from and go to in the ledger, beside the plans that give them."""

from __future__ import annotations

from jiacan.ledger.contracts import AccountKey

UNIT = "points"
SPENT = AccountKey("members/points/spent", UNIT)
EXPIRED = AccountKey("members/points/expired", UNIT)
BY_HAND = AccountKey("members/points/by-hand", UNIT)
OPPOSITE = (SPENT, EXPIRED, BY_HAND)
