"""`jiacan receipt`: what one order got and why, offer by offer."""

from __future__ import annotations

from jiacan.campaigns import facade as campaigns
from jiacan.kernel.messages import Message, tell
from jiacan.plans import facade as plans
from jiacan.project import database
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
        said = out.words
        out.print_json(
            [
                {
                    "offer_id": line.offer_id,
                    "offer": said.word(line.offer),
                    "outcome": line.outcome,
                    "says": said.say(line.says),
                    "basis": None if line.basis is None else said.say(line.basis),
                }
                for line in lines
            ]
        )
        return
    out.say(tell("Order {order}", order=order_id))
    for line in lines:
        out.say(_spoken(line.offer, line.says))
        if line.basis is not None:
            out.say(tell("    ({basis})", basis=line.basis))


def _spoken(offer: object, says: Message) -> Message:
    return tell("  {offer}: {says}", offer=offer, says=says)
