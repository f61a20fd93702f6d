"""What every figure of the room means. `docs/algorithms/room.md` has the formulas and worked numbers."""

from __future__ import annotations

from jiacan.campaigns.report.cells import Definition
from jiacan.kernel.messages import Message, tell

_SO_FAR = tell("since the campaign began, until now")
_WINDOW = tell("the last hour; less where the run is younger, or where an hour has more than 20,000 awards")
_NOW = tell("now")


def _definition(key: str, name: Message, says: Message, unit: Message, period: Message = _SO_FAR) -> Definition:
    return Definition(key, name, says, unit, period)


ORDERS = _definition(
    "orders",
    tell("Orders"),
    tell(
        "Paid orders that the plan has settled, guests' included, before refunds; a minute is the order's own, when "
        "it was paid."
    ),
    tell("orders"),
)
SALES = _definition(
    "sales",
    tell("Sales"),
    tell("The goods of these orders: quantity × unit price − line discount, without shipping, before refunds."),
    tell("money of the plan's currency"),
)
AWARDS = _definition(
    "awards",
    tell("Awards"),
    tell("Benefits granted: one for each order and offer, substitutes included, refusals and held-out not."),
    tell("awards"),
)
AT_RISK = _definition(
    "at-risk",
    tell("Money at risk"),
    tell(
        "What the budget lines that benefits draw on no longer have: spent for good, or promised and not used yet. "
        "Promises that lapse or are taken back lower it."
    ),
    tell("money of the plan's currency"),
)
REFUSALS = _definition(
    "refusals",
    tell("Refusals"),
    tell("Orders that met an offer and got nothing of it: a limit was reached, or stock or budget was short."),
    tell("awards"),
)
ALARMS = _definition(
    "alarms",
    tell("Open alarms"),
    tell(
        "Risks of the plan whose watch is crossed, stock or budget that is empty or will be before the run ends, no "
        "orders where ten were to be expected, and background work that waits; less those that somebody has closed."
    ),
    tell("alarms"),
    _NOW,
)
RUNS_OUT = _definition(
    "runs-out",
    tell("Runs out"),
    tell(
        "What is left, divided by what was taken an hour. The earliest and latest hour are those of the 95% gamma "
        "interval of that pace (Fay and Feuer, 1997). It knows no evening peak: it tells what comes if it goes on so."
    ),
    tell("date and time in the shop's zone"),
    _WINDOW,
)
PACE = _definition(
    "pace",
    tell("Pace"),
    tell(
        "The goal times the share of the run that is over: by the hours of an ordinary week where eight weeks of "
        "orders before the warm-up are known, else by the clock."
    ),
    tell("the measure's own"),
)
EXPECTED = _definition(
    "band",
    tell("Expected"),
    tell(
        "The mean of the same weekday and hour over the eight weeks before the warm-up, with a 95% prediction "
        "interval for five minutes: the spread between the weeks, and chance as Poisson has it. It knows neither "
        "trend nor season."
    ),
    tell("orders a minute"),
    tell("five minutes"),
)

WORST_CASE = _definition(
    "worst-case",
    tell("At worst"),
    tell(
        "The most that offers and draws can ask of the line by their own limits and the stock there is; "
        "docs/algorithms/worst-case.md has the rule. The line itself is never exceeded: what it cannot give is "
        "refused or replaced."
    ),
    tell("money of the plan's currency"),
    tell("the whole campaign"),
)

OF_FIGURE = {each.key: each for each in (ORDERS, SALES, AWARDS, AT_RISK, REFUSALS, ALARMS)}
