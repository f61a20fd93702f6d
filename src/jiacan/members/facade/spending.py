"""Points spent, given back, and corrected by hand: once for a reference, first expiring first, with reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiacan.ledger.contracts import AccountKey, Group
from jiacan.ledger.contracts import Move as LedgerMove
from jiacan.members.contracts.points import Line, Lot, Move, ReferenceUsed, SpendingBound, SpendingUnknown
from jiacan.members.core.books import BY_HAND, SPENT
from jiacan.members.core.points import Done, Purse, earn, expire, give_back, spend
from jiacan.members.core.used import used
from jiacan.members.facade.expiring import expiry_groups
from jiacan.members.facade.posting import lock, post
from jiacan.members.facade.purses import load_purse
from jiacan.members.store import points as store
from jiacan.offers.contracts.occasions import is_occasion
from jiacan.offers.facade import backing
from jiacan.offers.facade.points import points_account
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


def spend_points(shop_id: int, customer_id: str, points: int, *, reference: str, reason: str, at: datetime) -> Line:
    """Take points that can be spent, the first to expire first; the same reference again takes nothing more.

    Args:
        shop_id: whose customer.
        customer_id: whose points.
        points: how many, one at least.
        reference: the shop's own for what they were spent on.
        reason: for the customer's statement.
        at: now.

    Raises:
        NotEnoughPoints: so many cannot be spent.
        ReferenceUsed: the reference stands for another spending.
    """
    with transaction.atomic():
        lock(shop_id, [customer_id])
        known = _known(shop_id, customer_id, Move.SPENT, reference, -points)
        if known is not None:
            return known
        before = load_purse(shop_id, customer_id, at)
        gone = expire(before, at)
        done = spend(gone.purse, points, name=reference, reason=reason, at=at)
        _store(shop_id, customer_id, before, Done(done.purse, (*gone.lines, *done.lines)), SPENT)
        return done.lines[0]


def cancel_spending(shop_id: int, customer_id: str, *, reference: str, reason: str, at: datetime) -> Line:
    """Give back what was spent under the reference, to the lots that it came from; the same again gives nothing more.

    Args:
        shop_id: whose customer.
        customer_id: who spent it.
        reference: that of the spending.
        reason: for the customer's statement.
        at: now.

    Raises:
        SpendingUnknown: the customer spent nothing under it.
        SpendingBound: it was spent on something that stands here, and comes back with that.
    """
    if is_occasion(reference):
        raise SpendingBound(reference=reference)
    return return_spent(shop_id, customer_id, reference=reference, reason=reason, at=at)


def return_spent(shop_id: int, customer_id: str, *, reference: str, reason: str, at: datetime) -> Line:
    """The same for whoever spent them on something that stands here, and cancels that.

    Raises:
        SpendingUnknown: the customer spent nothing under it.
    """
    with transaction.atomic():
        lock(shop_id, [customer_id])
        found = store.find_line(shop_id, Move.SPENT, reference)
        if found is None or found[0] != customer_id:
            raise SpendingUnknown(reference=reference)
        spent = found[1]
        known = _known(shop_id, customer_id, Move.RETURNED, reference, -spent.points)
        if known is not None:
            return known
        before = load_purse(shop_id, customer_id, at, named=[part.lot for part in spent.parts])
        gone = expire(before, at)
        done = give_back(gone.purse, spent, reason=reason, at=at)
        _store(shop_id, customer_id, before, Done(done.purse, (*gone.lines, *done.lines)), SPENT)
        return done.lines[0]


def correct(
    shop_id: int,
    customer_id: str,
    points: int,
    *,
    reference: str,
    reason: str,
    expires_at: datetime | None,
    actor: Actor,
    at: datetime,
) -> Line:
    """Give points by hand, or take them where fewer than none are asked for; audited, once for a reference.

    Args:
        shop_id: whose customer.
        customer_id: whose points.
        points: how many; below nothing, so many that can be spent are taken.
        reference: of the correction.
        reason: for the customer's statement and the audit.
        expires_at: when given ones are lost; None for never.
        actor: who does it.
        at: now.

    Raises:
        NotEnoughPoints: so many cannot be taken.
        ReferenceUsed: the reference stands for another correction.
    """
    with transaction.atomic():
        lock(shop_id, [customer_id])
        known = _known(shop_id, customer_id, Move.CORRECTED, reference, points)
        if known is not None:
            return known
        before = load_purse(shop_id, customer_id, at)
        gone = expire(before, at)
        if points > 0:
            lot = Lot(reference_lot(reference), "", "", "", points, points, 0, at, at, expires_at)
            done = earn(gone.purse, lot, move=Move.CORRECTED, name=reference, reason=reason)
        else:
            done = spend(gone.purse, -points, name=reference, reason=reason, at=at, move=Move.CORRECTED)
        _store(shop_id, customer_id, before, Done(done.purse, (*gone.lines, *done.lines)), BY_HAND)
        tenancy.audit(
            shop_id,
            actor=actor,
            action="points corrected",
            subject=customer_id,
            before={"points": before.balance},
            after={"points": done.purse.balance, "reason": reason, "reference": reference},
        )
        return done.lines[0]


def reference_lot(reference: str) -> str:
    """The name of a lot that was given by hand; no plan's begins so."""
    return f"~by-hand/{reference}"


def _known(shop_id: int, customer_id: str, move: Move, reference: str, points: int) -> Line | None:
    found = store.find_line(shop_id, move, reference)
    if found is None:
        return None
    whose, line = found
    if whose != customer_id or line.points != points:
        raise ReferenceUsed(reference=reference)
    return line


def _store(shop_id: int, customer_id: str, before: Purse, done: Done, opposite: AccountKey) -> None:
    store.save(shop_id, {customer_id: before}, {customer_id: done.purse})
    store.add_lines(shop_id, [(customer_id, line) for line in done.lines])
    of_expiry = [line for line in done.lines if line.move is Move.EXPIRED]
    groups = [_to_group(customer_id, line, opposite) for line in done.lines if line.move is not Move.EXPIRED]
    post(shop_id, [*expiry_groups(customer_id, of_expiry), *groups])
    backing.use(shop_id, list(used(before, done.purse, at=done.lines[-1].at)))


def _to_group(customer_id: str, line: Line, opposite: AccountKey) -> Group:
    account = points_account(customer_id)
    debit, credit = (opposite, account) if line.points > 0 else (account, opposite)
    return Group((LedgerMove(f"members/{line.move}/{line.name}", debit, credit, abs(line.points), line.at),))
