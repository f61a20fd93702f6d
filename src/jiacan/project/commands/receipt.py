"""`jiacan receipt`: what one order got and why, offer by offer."""

from __future__ import annotations

from jiacan.campaigns.facade import running as campaigns
from jiacan.plans import facade as plans
from jiacan.project import database
from jiacan.project.commands.shown import receipt_to_json, show_receipt
from jiacan.project.output import COMMON, Common, screen


def receipt(plan: str, order_id: str, /, *, common: Common = COMMON) -> None:
    """What one order got of a campaign and why, or why not, in words that can be sent to the customer.

    Parameters
    ----------
    plan
        The plan's file.
    order_id
        The order, as the shop numbers it.
    """
    checked = plans.read_plan(plan)
    database.open_database()
    lines = campaigns.receipt(checked, order_id)
    out = screen(common, checked.rules.zone if checked.rules else None)
    if common.json:
        out.print_json(receipt_to_json(lines, out))
    else:
        show_receipt(order_id, lines, out)
