"""`jiacan customer`: what one customer has of a campaign, owes it, and got for each order."""

from __future__ import annotations

from jiacan.campaigns.facade import running as campaigns
from jiacan.kernel.messages import tell
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.shown import receipt_to_json, show_receipt
from jiacan.project.output import COMMON, Common, screen


def customer(plan: str, customer_id: str, /, *, common: Common = COMMON) -> None:
    """What one customer has of a campaign and owes it after returns, and what each of their orders got and why.

    Parameters
    ----------
    plan
        The plan's file.
    customer_id
        The customer, as the shop numbers them.
    """
    checked = plans.read_plan(plan)
    database.open_database()
    found = campaigns.statement(checked, customer_id)
    out = screen(common, checked.rules.zone if checked.rules else None)
    if common.json:
        out.print_json(
            {
                "customer_id": found.customer_id,
                "has": [out.words.say(item) for item in found.has],
                "owes": [out.words.say(item) for item in found.owes],
                "orders": {order: receipt_to_json(lines, out) for order, lines in found.orders.items()},
            }
        )
        return
    out.say(tell("Customer {customer}", customer=customer_id))
    out.say(tell("  has: {items}", items=found.has or tell("nothing")))
    if found.owes:
        out.say(tell("  has to return or pay for: {items}", items=found.owes))
    for order, lines in found.orders.items():
        show_receipt(order, lines, out)
