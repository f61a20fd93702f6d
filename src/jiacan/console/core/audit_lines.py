"""A line of the audit as people read it: what was done, in words, and each value that changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import AuditRecord

_NAMES = {
    name.text: name
    for name in (
        tell("alarm closed"),
        tell("alarm taken"),
        tell("approval asked for"),
        tell("approval declined"),
        tell("award taken back"),
        tell("awards exported"),
        tell("birthday changed"),
        tell("birthday deleted"),
        tell("birthday recorded"),
        tell("birthdays imported"),
        tell("check-in recorded"),
        tell("customers merged"),
        tell("draft discarded"),
        tell("draw announced"),
        tell("draw begun on stage"),
        tell("draw closed"),
        tell("prize photograph changed"),
        tell("prize photograph removed"),
        tell("coupon code assigned"),
        tell("coupon codes exported"),
        tell("coupon codes made"),
        tell("coupon codes withdrawn"),
        tell("coupon use undone"),
        tell("coupon used"),
        tell("draw ended"),
        tell("draw's claims made longer"),
        tell("draw's public value entered"),
        tell("draw's seed revealed"),
        tell("first owner made"),
        tell("gate changed"),
        tell("invitation accepted"),
        tell("invitation withdrawn"),
        tell("job retried"),
        tell("mall codes uploaded"),
        tell("member removed"),
        tell("member secret ended"),
        tell("member secret made"),
        tell("member's link made"),
        tell("orders archived"),
        tell("password changed"),
        tell("payee changed"),
        tell("payouts approved"),
        tell("payouts declined"),
        tell("payouts exported"),
        tell("payouts listed in a file"),
        tell("payouts paid"),
        tell("payouts put into a batch"),
        tell("person invited"),
        tell("person renamed"),
        tell("plan went live"),
        tell("points corrected"),
        tell("prize shown on stage"),
        tell("prizes given that were owed"),
        tell("prizes settled"),
        tell("prizes shipped"),
        tell("recovery codes made"),
        tell("redemption arrived"),
        tell("redemption cancelled"),
        tell("redemption sent"),
        tell("redemptions exported"),
        tell("referral let through"),
        tell("referral refused"),
        tell("referrals exported"),
        tell("role changed"),
        tell("shop changed"),
        tell("stock or budget changed"),
        tell("token made"),
        tell("token revoked"),
        tell("two-step sign-in turned off"),
        tell("two-step sign-in turned on"),
        tell("webhook added"),
        tell("webhook changed"),
        tell("webhook removed"),
        tell("webhook replayed"),
        tell("webhook secret changed"),
        tell("webhook tested"),
        tell("went live with gates open"),
        tell("winners exported"),
    )
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a line: what it was and what it is, as text; None where there was or is none."""

    name: str
    before: str | None
    after: str | None


def action_name(action: str) -> Message:
    """The action as a sentence that can be put into a language; one that is not known here stands for itself."""
    return _NAMES.get(action, Message(action))


def changes_of(record: AuditRecord) -> tuple[Change, ...]:
    """Each value that changed, those from before first.

    >>> from datetime import datetime
    >>> before, after = {"units": 1, "unit": "mug"}, {"units": 2, "unit": "mug", "why": "new"}
    >>> line = AuditRecord(1, datetime.min, "", "", "", "", before, after, "", "")
    >>> [(change.name, change.before, change.after) for change in changes_of(line)]
    [('units', '1', '2'), ('why', None, 'new')]
    """
    before, after = record.before or {}, record.after or {}
    return tuple(
        Change(name, _text(before[name]) if name in before else None, _text(after[name]) if name in after else None)
        for name in dict.fromkeys((*before, *after))
        if name not in before or name not in after or before[name] != after[name]
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
