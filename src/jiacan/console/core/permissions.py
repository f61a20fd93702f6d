"""What the permissions are called, in the order in which people think of them."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Permission as P

PERMISSION_NAMES: Mapping[P, Message] = {
    P.SEE_CAMPAIGNS: tell("See campaigns"),
    P.WORK_TASKS: tell("Work on tasks"),
    P.EDIT_PLANS: tell("Edit plans"),
    P.REHEARSE: tell("Rehearse plans"),
    P.GO_LIVE: tell("Let plans go live"),
    P.TAKE_ALARMS: tell("Take alarms"),
    P.SEE_AWARDS: tell("See awards and receipts"),
    P.CLAW_BACK: tell("Claw back by hand"),
    P.SEE_CUSTOMERS: tell("See customers"),
    P.SEE_ORDERS: tell("See orders"),
    P.SEND_ORDERS: tell("Send orders and refunds"),
    P.QUOTE: tell("Quote prices for a cart"),
    P.RESERVE: tell("Reserve benefits"),
    P.SEE_BUDGET: tell("See budgets"),
    P.SEE_REPORT: tell("See reports"),
    P.EXPORT: tell("Export data"),
    P.MANAGE_SHOP: tell("Change the shop"),
    P.MANAGE_PEOPLE: tell("Invite people and give roles"),
    P.MANAGE_TOKENS: tell("Make and revoke tokens"),
    P.MANAGE_WEBHOOKS: tell("Set up webhooks"),
    P.SEE_AUDIT: tell("See the audit"),
    P.SEE_JOBS: tell("See the server's jobs"),
}
