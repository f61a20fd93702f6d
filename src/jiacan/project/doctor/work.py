"""What is left undone: jobs, webhooks, orders, reservations; and whether the ledger adds up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from jiacan.campaigns.contracts.waiting import UnsettledOrders
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.ledger.contracts import AuditReport
from jiacan.orders.contracts import Archived
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.webhooks.contracts import Backlog, QueueFigures


def worker_is_silent(queue: QueueFigures, at: datetime, limits: Limits) -> bool:
    """Whether no worker gave a sign of life lately."""
    seen_at = queue.worker_seen_at
    return seen_at is None or (at - seen_at).total_seconds() > limits.worker_silent_seconds


def judge_queue(queue: QueueFigures, at: datetime, limits: Limits) -> Iterator[Finding]:
    """Whether jobs are done: the worker, what waits for it, and what failed."""
    figures = {"waiting": queue.waiting, "lag_seconds": queue.lag_seconds, "worker_seen_at": queue.worker_seen_at}
    if worker_is_silent(queue, at, limits):
        said = tell("No worker gives a sign of life; jobs that are due: {waiting}.", waiting=queue.waiting)
        remedy = tell("Start the server: jiacan serve. If it runs, its log says why the worker dies.")
        yield Finding("worker", Level.WRONG if queue.waiting else Level.WARNING, said, figures, remedy)
    elif queue.lag_seconds >= limits.job_lag_seconds_warned:
        said = tell(
            "The oldest job that is due has waited {seconds} seconds; jobs that are due: {waiting}.",
            waiting=queue.waiting,
            seconds=queue.lag_seconds,
        )
        remedy = tell(
            "See under Settings, Jobs, what the worker is doing, and where with jiacan profile --part worker."
        )
        level = Level.WRONG if queue.lag_seconds >= limits.job_lag_seconds else Level.WARNING
        yield Finding("worker", level, said, figures, remedy)
    else:
        yield Finding("worker", Level.OK, tell("The worker lives and keeps up."), figures)
    failed = {"failed": queue.failed}
    if queue.failed:
        said = tell("Jobs that have failed: {failed}.", failed=queue.failed)
        remedy = tell("Settings, Jobs says why each did; put that right, and let it run again there.")
        yield Finding("jobs", Level.WARNING, said, failed, remedy)
    else:
        yield Finding("jobs", Level.OK, tell("No job has failed."), failed)


def judge_webhooks(backlog: Backlog, limits: Limits) -> Iterator[Finding]:
    """Whether what other systems want to know reaches them."""
    figures = {
        "waiting": backlog.waiting,
        "oldest_seconds": backlog.oldest_seconds,
        "failing_endpoints": backlog.failing_endpoints,
    }
    late = backlog.oldest_seconds >= limits.webhook_lag_seconds_warned
    remedy = tell("Settings, Webhooks shows what each address answered; switch off those that are gone for good.")
    if backlog.failing_endpoints:
        said = tell(
            "Addresses that have refused webhooks for over an hour: {count}; webhooks that wait: {waiting}.",
            count=backlog.failing_endpoints,
            waiting=backlog.waiting,
        )
        yield Finding("webhooks", Level.WARNING, said, figures, remedy)
    elif late:
        said = tell(
            "The oldest webhook on its way was announced {seconds} seconds ago; on their way: {waiting}.",
            waiting=backlog.waiting,
            seconds=backlog.oldest_seconds,
        )
        yield Finding("webhooks", Level.WARNING, said, figures, remedy)
    else:
        said = tell("Webhooks are delivered; on their way: {waiting}.", waiting=backlog.waiting)
        yield Finding("webhooks", Level.OK, said, figures)


def judge_orders(unsettled: Sequence[tuple[str, UnsettledOrders]], *, looked_at: Message) -> Iterator[Finding]:
    """Whether live plans have settled what they should; beside each plan, its shop."""
    missing = [(shop, each) for shop, each in unsettled if each.orders]
    for shop, each in missing:
        yield Finding(
            "orders",
            Level.WRONG,
            tell(
                "Plan {plan} at {shop} has orders of its time that it has not settled: {count}, the oldest of {at}.",
                plan=each.plan_id,
                shop=shop,
                count=each.orders,
                at=each.oldest_at,
            ),
            {"shop": shop, "plan": each.plan_id, "orders": each.orders, "oldest_at": each.oldest_at},
            tell("Settle them: jiacan run with the plan's file and the orders' files. It is safe to repeat."),
        )
    if not missing:
        said = tell("Every paid order of {when} is settled by each live plan of its time.", when=looked_at)
        yield Finding("orders", Level.OK, said, {"plans": len(unsettled)})


def judge_archives(archives: Sequence[tuple[str, Archived, JiacanError | None]]) -> Iterator[Finding]:
    """Whether archived orders can be read; beside each pair of files, its shop and what is wrong with it."""
    for shop, files, error in archives:
        if error is not None:
            figures = {"shop": shop, "folder": files.folder, "orders": files.orders}
            remedy = tell("Until then receipts and refunds of these orders stop with the same words.")
            yield Finding("archive", Level.WRONG, error.message(), figures, remedy)
    if archives and all(error is None for *_, error in archives):
        count = sum(files.orders for _, files, _ in archives)
        said = tell("Archived orders can be read: {count}.", count=count)
        yield Finding("archive", Level.OK, said, {"orders": count})


def judge_reservations(plans: Sequence[tuple[str, str]], limits: Limits) -> Iterator[Finding]:
    """Whether reservations end in time; beside each plan that still holds something, its shop."""
    for shop, plan_id in plans:
        said = tell(
            "Plan {plan} at {shop} still holds stock or money for reservations that are over.",
            plan=plan_id,
            shop=shop,
        )
        remedy = tell("The worker lets go of them every ten seconds: see that it lives, and what failed under Jobs.")
        yield Finding("reservations", Level.WRONG, said, {"shop": shop, "plan": plan_id}, remedy)
    if not plans:
        fine = tell("No reservation is held beyond its time.")
        yield Finding("reservations", Level.OK, fine, {"within_seconds": limits.reservation_seconds})


def judge_sums(sums: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Finding]:
    """Whether each shop's balances sum to nothing; beside each shop, the units that do not."""
    out = [(shop, tuple(units)) for shop, units in sums if units]
    for shop, units in out:
        yield _out_of_balance(shop, units)
    if not out:
        said = tell("Every ledger sums to nothing in every unit; --full recomputes each balance.")
        yield Finding("ledger", Level.OK, said, {"shops": len(sums)})


def judge_audits(audits: Sequence[tuple[str, AuditReport]]) -> Iterator[Finding]:
    """Whether each shop's balances are what its transfers come to."""
    for shop, report in audits:
        if report.units_out_of_balance:
            yield _out_of_balance(shop, report.units_out_of_balance)
        if report.first_difference is not None:
            said = tell("At {shop}: {difference}", shop=shop, difference=report.first_difference.message())
            yield Finding("ledger", Level.WRONG, said, {"shop": shop}, _tampered())
    if all(report.clean for _, report in audits):
        transfers = sum(report.transfers for _, report in audits)
        said = tell("Every balance is the sum of its transfers; transfers in all: {transfers}.", transfers=transfers)
        yield Finding("ledger", Level.OK, said, {"shops": len(audits), "transfers": transfers})


def _out_of_balance(shop: str, units: Sequence[str]) -> Finding:
    said = tell("At {shop}, balances do not sum to nothing in {units}.", shop=shop, units=tuple(units))
    return Finding("ledger", Level.WRONG, said, {"shop": shop, "units": list(units)}, _tampered())


def _tampered() -> Message:
    return tell(
        "Somebody or something has changed balances beside Jiacan. Stop the campaign, keep a copy of the database, "
        "and see with jiacan ledger audit which account it was."
    )
