"""The command line: which commands there are. Each loads its own module, so that help is quick."""

from __future__ import annotations

import sys

from cyclopts import App

from jiacan import __version__
from jiacan.kernel.errors import JiacanError
from jiacan.project.output import print_error

app = App(
    name="jiacan",
    help="Turns a campaign plan into a running campaign for an online shop.\n\n把策划案变成运行中的活动。",
    version=__version__,
    help_format="markdown",
)
plan = App(name="plan", help="Check a plan, begin one, or get its schema for an editor.")
ledger = App(name="ledger", help="Accounts and transfers.")
draw = App(name="draw", help="Hold a draw, and whether it kept to what was promised before its first ticket.")
shop = App(name="shop", help="On which database server each shop is.")
customers = App(name="customers", help="What a shop knows of its customers.")
app.command(plan)
app.command(ledger)
app.command(draw)
app.command(shop)
app.command(customers)

COMMANDS = "jiacan.project.commands"
plan.command(f"{COMMANDS}.plan:check", name="check", help="Every error and warning at once; exit 1 on errors.")
plan.command(f"{COMMANDS}.plan:new", name="new", help="A commented plan to edit.")
plan.command(f"{COMMANDS}.plan:schema", name="schema", help="The JSON Schema of plans, for editors.")
app.command(f"{COMMANDS}.simulate:simulate", name="simulate", help="Rehearse a plan on past orders; stores nothing.")
app.command(f"{COMMANDS}.match:match", name="match", help="Match prepared orders as tables, on DuckDB or on Spark.")
app.command(f"{COMMANDS}.run:run", name="run", help="Award a plan's benefits durably; safe to repeat, safe to kill.")
app.command(f"{COMMANDS}.receipt:receipt", name="receipt", help="What one order got and why, offer by offer.")
app.command(f"{COMMANDS}.customer:customer", name="customer", help="What one customer has, owes and got.")
app.command(f"{COMMANDS}.report:report", name="report", help="What happened, against the goals: HTML or XLSX.")
app.command(
    f"{COMMANDS}.archive:archive", name="archive", help="Old orders to files, where receipts still find them."
)
app.command(f"{COMMANDS}.serve:serve", name="serve", help="The server: console, public pages, API and worker.")
app.command(f"{COMMANDS}.demo:demo", name="demo", help="A server with a real campaign in full swing.")
app.command(f"{COMMANDS}.doctor:doctor", name="doctor", help="What is slow or wrong, and what to do.")
app.command(f"{COMMANDS}.profile:profile", name="profile", help="Where a part of the server spends its time.")
ledger.command(f"{COMMANDS}.ledger:audit", name="audit", help="Recompute every balance from its transfers.")
draw.command(f"{COMMANDS}.draw:verify", name="verify", help="Derive every result of a draw's file again.")
draw.command(f"{COMMANDS}.draw:close", name="close", help="Close a draw whose time for tickets is over.")
draw.command(f"{COMMANDS}.draw:value", name="value", help="Enter a draw's public value, and carry it out.")
draw.command(f"{COMMANDS}.draw:export", name="export", help="Write the file with everything about a draw.")
draw.command(f"{COMMANDS}.draw:check_receipt", name="check-receipt", help="Check one ticket by its receipt alone.")
customers.command(
    f"{COMMANDS}.customers:import_birthdays", name="import", help="Customers' birthdays from a file; safe to repeat."
)
shop.command(f"{COMMANDS}.shop:list_shops", name="list", help="Every shop with its database server.")
shop.command(f"{COMMANDS}.shop:move", name="move", help="Move a shop to another server while it works.")


def main() -> None:
    """Run the command; a person's error is told in words and ends with 2, a program's fault shows its traceback."""
    try:
        app()
    except JiacanError as error:
        print_error(error, json="--json" in sys.argv)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
