"""`jiacan demo --once`: a real campaign on real orders, from check to report."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from jiacan.kernel.messages import Message, tell
from jiacan.project.commands.files import Files
from jiacan.project.commands.ledger import audit
from jiacan.project.commands.plan import check
from jiacan.project.commands.receipt import receipt
from jiacan.project.commands.report import report
from jiacan.project.commands.run import run
from jiacan.project.demo.moving import ORDERS, PLAN, example
from jiacan.project.output import Common, screen

TELLING_ORDER = "578174"
"""An order of the shipped history that was given the substitute, because the mugs had run out."""


def tour(to: Path, common: Common) -> int:
    """Run the order-bonus campaign on a shipped part of a real shop's history, and say where the results lie."""
    began = monotonic()
    out = screen(common)
    plan, orders = example(PLAN), example(ORDERS)
    to.mkdir(parents=True, exist_ok=True)
    html, xlsx, awards = to / "report.html", to / "report.xlsx", to / "awards.csv"

    def step(number: int, what: Message) -> None:
        out.console.rule(f"{number}  {out.words.say(what)}", align="left")

    step(1, tell("Check the plan"))
    check(str(plan), common=common)
    step(2, tell("Run it on real orders: every benefit once, never beyond a limit"))
    code = run(str(plan), files=Files(orders=[orders], awards=awards), common=common)
    step(3, tell("Does the ledger add up?"))
    code |= audit(common=common)
    step(4, tell("Why did this order get what it got?"))
    receipt(str(plan), TELLING_ORDER, common=common)
    step(5, tell("Report"))
    report(str(plan), to=[html, xlsx], common=common)
    out.console.rule()
    out.say(tell("Done in {seconds} seconds.", seconds=round(monotonic() - began)))
    for line in (
        tell("The report: {path}", path=str(html.resolve())),
        tell("The same for a spreadsheet: {path}", path=str(xlsx.resolve())),
        tell("Every award, refusal and claw-back: {path}", path=str(awards.resolve())),
        tell("Try next:"),
        tell("  jiacan plan new --to my-plan.yaml      a plan of your own to edit"),
        tell("  jiacan simulate my-plan.yaml --orders YOUR-ORDERS.csv      rehearse it on your orders"),
        tell("  jiacan receipt {plan} ORDER      why an order got what it got", plan=str(plan)),
    ):
        out.say(line)
    return code
