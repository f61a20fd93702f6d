"""What becomes of the ledger when something that was given is not used in time."""

from __future__ import annotations

from jiacan.ledger.contracts import Expire, Group, Move
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.core.accounts import customer_account, holding_unit, plan_account
from jiacan.offers.core.book import Holding
from jiacan.offers.core.granting import award_key


def lapse_group(rules: PlanRules, order_id: str, customer_id: str, offer_id: str, holding: Holding) -> Group:
    """The customer no longer has it, and the money that was held for it is free again."""
    item, expired_at = holding.item, holding.expires_at
    assert expired_at is not None, "only what expires lapses"
    unit = holding_unit(rules.plan_id, item, rules.currency)
    back = Move(
        f"{award_key(rules.plan_id, order_id, offer_id)}/{item.kind}:{item.id}/lapse",
        customer_account(customer_id, unit),
        plan_account(rules.plan_id, "issued", unit),
        item.quantity,
        expired_at,
    )
    releases = (Expire(f"{hold}/expire", hold, expired_at) for hold in holding.hold_keys)
    return Group((*releases, back))
