"""The ledger on a real database: accounts, outcomes, what the database itself refuses, and the audit."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings

from jiacan.ledger import facade
from jiacan.ledger.contracts import (
    Account,
    AccountKey,
    Applied,
    AuditReport,
    Balance,
    BelowFloor,
    Difference,
    Duplicate,
    Expire,
    Fate,
    Group,
    Hold,
    HoldClosed,
    KeyReused,
    Move,
    Post,
    Refused,
    Reverse,
    UnknownHold,
    Void,
)
from jiacan.ledger.models import Transfer as TransferRow
from tests.core.test_ledger_histories import FLOORS, Model, batched

pytestmark = pytest.mark.django_db

AT = datetime(2011, 11, 14, tzinfo=UTC)
LATER = AT + timedelta(days=30)

SHOP, OTHER_SHOP = 1, 2
SOURCE = AccountKey("outside", "mug")
STOCK = AccountKey("plan-1/stock/mug", "mug")
ANNA = AccountKey("customer/anna", "mug")

shop_ids = count(1000)


@pytest.fixture
def stock():
    """Ten mugs in stock, and anna, who has none."""
    facade.open_accounts(SHOP, [Account(SOURCE, None), Account(STOCK, 0), Account(ANNA, 0)])
    apply(Move("fill", SOURCE, STOCK, 10, AT))


def apply(*entries, shop_id=SHOP):
    """The outcomes of the entries, each a group of its own."""
    return facade.apply(shop_id, [Group((entry,)) for entry in entries])


def give(key, amount):
    return Move(key, STOCK, ANNA, amount, AT)


def hold(key, amount):
    return Hold(key, STOCK, ANNA, amount, AT, LATER)


def balance(key):
    return facade.load_balances(SHOP, [key])[key]


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- accounts ---------------------------------------------------------------------------------------------


def test_an_account_opens_empty_and_an_unopened_one_is_absent():
    facade.open_accounts(SHOP, [Account(STOCK, 0)])
    assert facade.load_balances(SHOP, [STOCK, ANNA]) == {STOCK: Balance(0, 0, 0)}


def test_opening_again_keeps_the_balance_and_sets_the_floor(stock):
    facade.open_accounts(SHOP, [Account(STOCK, -5), Account(ANNA, None)])
    assert (balance(STOCK), balance(ANNA)) == (Balance(10, 0, -5), Balance(0, 0, None))


def test_a_floor_is_never_set_above_what_the_account_can_bear(stock):
    apply(hold("h", 3))
    facade.open_accounts(SHOP, [Account(STOCK, 6)])
    assert balance(STOCK) == Balance(10, 3, 6)
    facade.open_accounts(SHOP, [Account(STOCK, 8), Account(AccountKey("new", "mug"), 4)])
    assert balance(STOCK) == Balance(10, 3, 7)
    assert balance(AccountKey("new", "mug")) == Balance(0, 0, 0)


def test_the_last_of_two_floors_for_one_account_counts():
    facade.open_accounts(SHOP, [Account(STOCK, -1), Account(STOCK, -2)])
    assert balance(STOCK) == Balance(0, 0, -2)


def test_opening_nothing_does_nothing():
    facade.open_accounts(SHOP, [])
    assert facade.balances_under(SHOP, "") == {}


def test_balances_are_found_by_the_beginning_of_their_owner(stock):
    odd = AccountKey("plan-1_%/stock", "mug")
    facade.open_accounts(SHOP, [Account(AccountKey("plan-10/stock/mug", "mug"), 0), Account(odd, 0)])
    facade.open_accounts(OTHER_SHOP, [Account(STOCK, 0)])
    assert facade.balances_under(SHOP, "plan-1/") == {STOCK: Balance(10, 0, 0)}
    assert list(facade.balances_under(SHOP, "plan-1_%")) == [odd]


def test_a_lock_needs_a_transaction(stock, transactional_db):
    with pytest.raises(transaction.TransactionManagementError, match="outside a transaction"):
        facade.lock_balances(SHOP, [STOCK])
    with transaction.atomic():
        assert facade.lock_balances(SHOP, [STOCK]) == facade.load_balances(SHOP, [STOCK])


# --- applying ---------------------------------------------------------------------------------------------


def test_no_groups_have_no_outcomes():
    assert facade.apply(SHOP, []) == ()
    assert facade.apply(SHOP, [Group(())]) == (Applied(),)


def test_later_groups_of_a_batch_see_the_earlier_ones(stock):
    assert apply(give("a", 6), give("b", 6), give("c", 4)) == (
        Applied(),
        Refused(BelowFloor(STOCK, asked=6, available=4)),
        Applied(),
    )
    assert (balance(STOCK), balance(ANNA)) == (Balance(0, 0, 0), Balance(10, 0, 0))


def test_a_group_applies_whole_or_not_at_all(stock):
    assert facade.apply(SHOP, [Group((give("a", 6), give("b", 6)))]) == (Refused(BelowFloor(STOCK, 6, 4)),)
    assert balance(STOCK) == Balance(10, 0, 0)
    assert set(TransferRow.objects.values_list("key", flat=True)) == {"fill"}


def test_the_second_delivery_of_a_batch_moves_nothing(stock):
    batch = [Group((give("a", 1), hold("h", 2))), Group((Post("p", "h", AT, amount=1),))]
    assert facade.apply(SHOP, batch) == (Applied(), Applied())
    before = facade.balances_under(SHOP, "")
    assert facade.apply(SHOP, batch) == (Duplicate(), Duplicate())
    assert facade.balances_under(SHOP, "") == before
    assert TransferRow.objects.count() == 4


def test_a_hold_is_closed_in_a_later_batch_once(stock):
    apply(hold("h", 4))
    assert balance(STOCK) == Balance(10, 4, 0)
    assert apply(Post("p", "h", AT, amount=3)) == (Applied(),)
    assert balance(STOCK) == Balance(7, 0, 0)
    assert apply(Void("v", "h", AT), Expire("x", "h", LATER)) == (Refused(HoldClosed("h", Fate.POSTED)),) * 2


def test_a_hold_made_and_let_go_in_one_batch_leaves_its_lines_and_no_change(stock):
    assert apply(hold("h", 4), Void("v", "h", AT)) == (Applied(), Applied())
    assert balance(STOCK) == Balance(10, 0, 0)
    assert TransferRow.objects.count() == 3


def test_a_move_is_reversed_in_a_later_batch_once(stock):
    apply(give("m", 4))
    assert apply(Reverse("r", "m", AT)) == (Applied(),)
    assert apply(Reverse("s", "m", AT)) == (Refused(HoldClosed("m", Fate.REVERSED)),)
    assert (balance(STOCK), balance(ANNA)) == (Balance(10, 0, 0), Balance(0, 0, 0))


def test_a_key_used_before_for_something_else_is_refused(stock):
    apply(give("a", 1))
    assert apply(give("a", 2), Reverse("a", "fill", AT)) == (Refused(KeyReused("a")),) * 2


def test_an_account_that_is_not_open_is_a_fault_of_the_program(stock):
    with pytest.raises(LookupError, match="shop 1 has no account customer/c2 in mug; open it first"):
        apply(give("a", 1), Move("b", STOCK, AccountKey("customer/c2", "mug"), 1, AT))
    assert balance(STOCK) == Balance(10, 0, 0)


def test_each_shop_has_its_own_accounts_and_keys(stock):
    facade.open_accounts(OTHER_SHOP, [Account(STOCK, 0), Account(ANNA, None), Account(SOURCE, None)])
    assert apply(Void("v", "fill", AT), Move("fill", SOURCE, STOCK, 3, AT), shop_id=OTHER_SHOP) == (
        Refused(UnknownHold("fill")),
        Applied(),
    )
    assert facade.load_balances(OTHER_SHOP, [STOCK]) == {STOCK: Balance(3, 0, 0)}
    assert balance(STOCK) == Balance(10, 0, 0)


def test_it_stands_or_falls_with_the_callers_transaction(stock):
    with transaction.atomic():
        assert apply(give("a", 1)) == (Applied(),)
        transaction.set_rollback(True)
    assert balance(STOCK) == Balance(10, 0, 0)
    assert apply(give("a", 1)) == (Applied(),)


def test_keys_of_any_shape_come_back_as_they_went(stock):
    keys = ["a\tb\\N", "'\"{},%s", "加餐:订单", "\\"]
    assert set(apply(*(give(key, 1) for key in keys))) == {Applied()}
    assert set(apply(*(give(key, 1) for key in keys))) == {Duplicate()}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=batched())
def test_every_history_ends_in_the_database_as_the_model_says(db, batches):
    shop_id, model = next(shop_ids), Model()
    facade.open_accounts(shop_id, [Account(key, floor) for key, floor in FLOORS.items()])
    for batch in batches:
        assert facade.apply(shop_id, batch) == tuple(model.apply(group) for group in batch)
    assert facade.load_balances(shop_id, FLOORS) == model.balances()
    report = facade.audit(shop_id)
    assert report.clean, report
    assert (report.accounts, report.transfers) == (len(FLOORS), len(model.entries))


# --- what the database itself refuses ---------------------------------------------------------------------


@pytest.mark.parametrize("change", ["UPDATE ledger_transfer SET amount = 1", "DELETE FROM ledger_transfer"])
def test_a_transfer_cannot_be_rewritten(stock, change):
    with pytest.raises(IntegrityError, match="a transfer is never changed"):
        execute(change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("posted = posted - 11", "ledger_account_floor"),
        ("held = held + 11", "ledger_account_floor"),
        ("floor = 11", "ledger_account_floor"),
        ("held = -1", "ledger_account_held"),
    ],
)
def test_a_balance_cannot_leave_its_bounds(stock, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        execute(f"UPDATE ledger_account SET {change} WHERE owner = %s", STOCK.owner)


@pytest.mark.parametrize(
    ("key", "refers_to", "amount", "constraint"),
    [
        ("fill", None, 1, "ledger_transfer_key"),
        ("again", "h", 1, "ledger_transfer_fate"),
        ("none", None, 0, "ledger_transfer_moves"),
    ],
)
def test_no_key_and_no_fate_is_written_twice(stock, key, refers_to, amount, constraint):
    apply(hold("h", 1), Void("v", "h", AT))
    with pytest.raises(IntegrityError, match=constraint):
        TransferRow.objects.create(
            shop_id=SHOP, key=key, kind=4, debit_id=1, credit_id=2, amount=amount, at=AT, refers_to=refers_to
        )


# --- the audit --------------------------------------------------------------------------------------------


def test_an_untouched_ledger_is_clean(stock):
    apply(give("m", 2), hold("h", 3), hold("g", 1), Post("p", "g", AT), Reverse("r", "m", AT))
    assert facade.audit(SHOP) == AuditReport(3, 6, (), None)
    assert facade.audit(SHOP).clean
    assert facade.audit(OTHER_SHOP) == AuditReport(0, 0, (), None)


def test_the_audit_names_the_first_account_that_was_tampered_with(stock):
    apply(hold("h", 3))
    execute("UPDATE ledger_account SET posted = posted + 1 WHERE owner IN (%s, %s)", STOCK.owner, ANNA.owner)
    report = facade.audit(SHOP)
    assert not report.clean
    assert report.units_out_of_balance == ("mug",)
    assert report.first_difference.account in {STOCK, ANNA}
    execute("UPDATE ledger_account SET posted = posted - 1 WHERE owner = %s", ANNA.owner)
    assert facade.audit(SHOP).first_difference == Difference(STOCK, 11, 3, 10, 3)
    assert str(facade.audit(SHOP).first_difference.message()) == (
        "plan-1/stock/mug (mug) stores 11 posted and 3 held; its transfers sum to 10 and 3."
    )


def test_the_audit_sees_a_hold_that_was_forgotten(stock):
    apply(hold("h", 3))
    execute("UPDATE ledger_account SET held = 0 WHERE owner = %s", STOCK.owner)
    report = facade.audit(SHOP)
    assert (report.units_out_of_balance, report.first_difference) == ((), Difference(STOCK, 10, 0, 10, 3))
