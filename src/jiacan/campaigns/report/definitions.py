"""What every figure of a report means. `docs/algorithms/figures.md` has the formulas and worked numbers."""

from __future__ import annotations

from jiacan.campaigns.report.cells import Definition
from jiacan.kernel.messages import Message, tell
from jiacan.plans.contracts.document import Measure

_RUN = tell("the run phase")
_CAMPAIGN = tell("the whole campaign, claw-backs until the last recorded refund")
_ORDERS = tell("orders")
_AWARDS = tell("awards")
_CUSTOMERS = tell("customers")
_MONEY = tell("money of the plan's currency")
_SHARE = tell("share")
_DATE = tell("date and time in the plan's zone")


def _definition(key: str, name: Message, says: Message, unit: Message, period: Message = _RUN) -> Definition:
    return Definition(key, name, says, unit, period)


ORDERS = _definition(
    "orders",
    tell("Orders"),
    tell("Paid orders with at least one line of goods, guests' orders included, before any refund."),
    _ORDERS,
)
SALES = _definition(
    "sales",
    tell("Sales"),
    tell(
        "Goods only: quantity × unit price − line discount, rounded line by line, without shipping, before refunds."
    ),
    _MONEY,
)
NEW_CUSTOMERS = _definition(
    "new-customers",
    tell("New customers"),
    tell("Customers whose first paid order at this shop lies in the period, as far as recorded orders go back."),
    _CUSTOMERS,
)
REPURCHASE_RATE = _definition(
    "repurchase-rate",
    tell("Repurchase rate"),
    tell(
        "Of the customers who paid an order in the run phase, the share who paid another one later, before the end "
        "of the wrap-up phase."
    ),
    _SHARE,
    tell("bought in the run phase, followed to the end of the wrap-up phase"),
)
AVERAGE_ORDER_VALUE = _definition(
    "average-order-value", tell("Average order value"), tell("Sales divided by orders."), _MONEY
)
AWARDS = _definition(
    "awards",
    tell("Awards"),
    tell("Benefits granted: one for each order and offer, substitutes included, refusals and held-out not."),
    _AWARDS,
)
RETURN_ON_SPEND = _definition(
    "return-on-spend",
    tell("Return on spend"),
    tell(
        "What the customers of the rest spent beyond what the held-out ones predict for them, divided by what was "
        "given to them: (spend per customer of the rest − of the held-out) × customers of the rest ÷ money given to "
        "them. Sales, not profit; advertising is not counted, because no offer spends it."
    ),
    tell("money of extra sales for each 1 given"),
)
MONEY_GIVEN = _definition(
    "money-given",
    tell("Money given"),
    tell(
        "Benefits at what they put at risk: gifts at unit cost, coupons at face value, points at their book value; "
        "less what refunds took back. Coupons and points count although they may lapse unused."
    ),
    _MONEY,
    _CAMPAIGN,
)
TARGET = _definition(
    "target",
    tell("Target"),
    tell("What the plan wants of the measure; a change is counted from what it is held against."),
    tell("the measure's own"),
)
BASELINE = _definition(
    "held-against",
    tell("Held against"),
    tell(
        "Forecast: each day as the mean of the same weekday over the eight weeks before the warm-up, added up, with "
        "a 95% prediction interval from the spread between those weeks; it knows weekdays, and neither trend nor "
        "season. 52 weeks earlier: the same weekdays of the year before. Days before the warm-up: as many days as "
        "the run has."
    ),
    tell("the measure's own"),
)
EXPECTED = _definition(
    "expected",
    tell("Expected orders"),
    tell("The mean of the same weekday over the eight weeks before the warm-up."),
    _ORDERS,
    tell("one day"),
)
GRANTED = _definition(
    "granted", tell("Granted"), tell("Orders that met the offer and were given its benefits."), _AWARDS, _CAMPAIGN
)
SUBSTITUTED = _definition(
    "substitute",
    tell("Substitute given"),
    tell("Orders that met the offer and were given its substitute, because stock or budget was short."),
    _AWARDS,
    _CAMPAIGN,
)
REFUSED = _definition(
    "refused",
    tell("Refused"),
    tell("Orders that met the offer and got nothing of it: a limit was reached, or stock or budget was short."),
    _AWARDS,
    _CAMPAIGN,
)
HELD_OUT = _definition(
    "held-out",
    tell("Held out"),
    tell("Orders of held-out customers that met the offer: noted, and given nothing."),
    _AWARDS,
    _CAMPAIGN,
)
CLAWED_BACK = _definition(
    "clawed-back",
    tell("Taken back"),
    tell("What the goods that were kept no longer deserve after a refund, benefit by benefit."),
    tell("pieces, coupons, points or chances; and their money"),
    _CAMPAIGN,
)
GIVEN = _definition(
    "given",
    tell("Given"),
    tell("Benefits of granted awards and substitutes, before claw-backs."),
    tell("pieces, coupons, points or chances; and their money"),
    _CAMPAIGN,
)
PLANNED = _definition(
    "planned", tell("Planned"), tell("What the plan sets aside."), tell("money or pieces"), _CAMPAIGN
)
PROMISED = _definition(
    "promised",
    tell("Promised"),
    tell("Coupons, points and credit that were given and are neither used nor lapsed: money still at risk."),
    _MONEY,
    _CAMPAIGN,
)
SPENT = _definition(
    "spent",
    tell("Spent"),
    tell("Given for good: gifts when they are granted, the rest when used."),
    _MONEY,
    _CAMPAIGN,
)
LEFT = _definition("left", tell("Left"), tell("Planned less spent and promised."), tell("money or pieces"), _CAMPAIGN)
SHORT_AT = _definition(
    "first-short",
    tell("First short"),
    tell("When an award first asked for more than was left."),
    _DATE,
    _CAMPAIGN,
)
EMPTIED_AT = _definition(
    "ran-out", tell("Ran out"), tell("When the last piece was given, if none is left."), _DATE, _CAMPAIGN
)
COMPARED = _definition(
    "compared",
    tell("Customers compared"),
    tell(
        "Everyone who had paid an order before the run, bought again or not, split by the plan's hash of plan and "
        "customer id. Nothing that happens in the run moves anyone in or out (intention to treat). New customers are "
        "left out, because only those who came can be seen. Staff is left out."
    ),
    _CUSTOMERS,
    tell("a paid order before the run phase"),
)
BOUGHT = _definition(
    "bought",
    tell("Share who bought"),
    tell(
        "Customers compared who paid an order in the run phase, of all customers compared. The difference has "
        "Newcombe's hybrid score interval (1998, method 10)."
    ),
    tell("share; differences in percentage points"),
)
SPEND_PER_CUSTOMER = _definition(
    "spend-per-customer",
    tell("Spend per customer"),
    tell(
        "Sales of the run phase to customers compared, divided by all of them, buyers or not. The difference has "
        "Welch's 95% interval; beside it stands a percentile bootstrap of 5,000 resamples from a fixed seed."
    ),
    _MONEY,
)
EFFECT = _definition(
    "effect",
    tell("Effect per customer"),
    tell("Spend per customer of the rest less that of the held-out; below zero, the held-out spent more."),
    _MONEY,
)

OF_MEASURE = {
    Measure.ORDERS: ORDERS,
    Measure.SALES: SALES,
    Measure.NEW_CUSTOMERS: NEW_CUSTOMERS,
    Measure.REPURCHASE_RATE: REPURCHASE_RATE,
    Measure.RETURN_ON_SPEND: RETURN_ON_SPEND,
    Measure.AVERAGE_ORDER_VALUE: AVERAGE_ORDER_VALUE,
    Measure.AWARDS: AWARDS,
}

ALL = (
    ORDERS, SALES, AVERAGE_ORDER_VALUE, NEW_CUSTOMERS, REPURCHASE_RATE, AWARDS, MONEY_GIVEN, RETURN_ON_SPEND, TARGET,
    BASELINE, EXPECTED, GRANTED, SUBSTITUTED, REFUSED, HELD_OUT, GIVEN, CLAWED_BACK, PLANNED, SPENT, PROMISED, LEFT,
    SHORT_AT, EMPTIED_AT, COMPARED, BOUGHT, SPEND_PER_CUSTOMER, EFFECT,
)  # fmt: skip
