"""Cash that referrers are owed: from the completed referral to the bank's file, by two people."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey
from jiacan.referrals.contracts.errors import BatchDone, NothingToPay, NotInYuan, SamePerson
from jiacan.referrals.contracts.payouts import BatchState, Method, Payee, PayoutState
from jiacan.referrals.contracts.referrals import State
from jiacan.referrals.facade import paying
from jiacan.referrals.models import Batch as BatchRow
from jiacan.referrals.models import Payee as PayeeRow
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery
from tests.slices.online_shop import AT, assert_books_add_up
from tests.slices.referring_shop import CASH, CASH_LINE, Referring, referring_shop

pytestmark = pytest.mark.django_db

MAKER, APPROVER = Actor("maker@gifts.example", "test"), Actor("approver@gifts.example", "test")
ANNA = Payee("anna", Method.ALIPAY, "anna@example.com", "安娜")


def shop_that_owes(*edits: tuple[str, str]) -> Referring:
    """A shop that owes anna eight pounds."""
    shop = referring_shop(CASH, CASH_LINE, *edits)
    shop.click("anna", "ben")
    shop.buy(1, "ben", received_days=1)
    shop.pass_time(days=9)
    return shop


def cash_of(shop: Referring, currency: str = "GBP") -> int:
    """What anna holds in cash, by the ledger."""
    key = AccountKey("customer/anna", f"cash:{currency}")
    return ledger.load_balances(shop.shop.id, [key])[key].posted


def test_a_completed_referral_owes_what_its_award_gave_in_cash():
    shop = shop_that_owes()
    (payout,) = paying.payouts_of(shop.shop.id)
    assert (payout.customer_id, payout.amount_minor, payout.state) == ("anna", 800, PayoutState.OWED)
    assert (payout.has_payee, paying.owed_minor(shop.shop.id), cash_of(shop)) == (False, 800, 800)


def test_another_person_than_the_maker_approves_and_then_it_is_paid_once():
    shop = shop_that_owes()
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    batch = paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    assert (batch.payouts, batch.amount_minor, batch.state) == (1, 800, BatchState.WAITING)
    with pytest.raises(SamePerson):
        paying.approve_batch(shop.shop.id, batch.id, actor=MAKER, at=AT)
    with pytest.raises(BatchDone):
        paying.mark_paid(shop.shop, batch.id, actor=APPROVER, at=AT)
    paying.approve_batch(shop.shop.id, batch.id, actor=APPROVER, at=AT)
    paying.mark_paid(shop.shop, batch.id, actor=APPROVER, at=AT)
    (payout,) = paying.payouts_of(shop.shop.id)
    assert (payout.state, cash_of(shop)) == (PayoutState.PAID, 0)
    with pytest.raises(BatchDone):
        paying.mark_paid(shop.shop, batch.id, actor=APPROVER, at=AT)
    assert cash_of(shop) == 0
    actions = [line.action for line in tenancy.search_audit(shop.shop.id, AuditQuery(text="batch"))]
    assert actions == ["payouts paid", "payouts approved", "payouts put into a batch"]
    assert_books_add_up(shop.shop)


def test_the_database_itself_refuses_the_maker_as_approver():
    shop = shop_that_owes()
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    batch = paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    with pytest.raises(IntegrityError, match="another_person_approves"), transaction.atomic():
        BatchRow.objects.filter(id=batch.id).update(state="approved", approved_by=MAKER.name)


def test_a_declined_batch_owes_again():
    shop = shop_that_owes()
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    batch = paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    assert (
        paying.decline_batch(shop.shop.id, batch.id, reason="too soon", actor=APPROVER).state is BatchState.DECLINED
    )
    assert paying.owed_minor(shop.shop.id) == 800
    assert paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT).id > batch.id


def test_nobody_is_paid_whose_account_is_not_known():
    shop = shop_that_owes()
    with pytest.raises(NothingToPay):
        paying.make_batch(shop.shop.id, Method.BANK, actor=MAKER, at=AT)


def test_an_order_that_comes_back_is_owed_for_no_longer():
    shop = shop_that_owes()
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    batch = paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    shop.bring_back(1, days=20)
    assert shop.referral("ben").state is State.TAKEN_BACK
    (payout,) = paying.payouts_of(shop.shop.id)
    assert (payout.state, payout.batch_id) == (PayoutState.CANCELLED, None)
    assert [each.payouts for each in paying.batches_of(shop.shop.id) if each.id == batch.id] == [0]
    assert_books_add_up(shop.shop)


def test_alipays_file_is_only_for_yuan_and_only_of_what_was_approved():
    shop = shop_that_owes()
    with pytest.raises(NotInYuan):
        paying.export_batch(shop.shop, 1, purpose="推荐奖励", actor=MAKER)


def test_alipays_file_names_account_name_and_yuan():
    shop = shop_that_owes(("currency: GBP", "currency: CNY"))
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    batch = paying.make_batch(shop.shop.id, Method.ALIPAY, actor=MAKER, at=AT)
    with pytest.raises(BatchDone):
        paying.export_batch(shop.shop, batch.id, purpose="推荐奖励", actor=MAKER)
    paying.approve_batch(shop.shop.id, batch.id, actor=APPROVER, at=AT)
    *_, line = paying.export_batch(shop.shop, batch.id, purpose="推荐奖励", actor=MAKER)
    assert line == ("1", "anna@example.com", "安娜", "8.00", "推荐奖励")


def test_where_someone_is_paid_is_sealed():
    shop = referring_shop()
    paying.save_payee(shop.shop.id, ANNA, actor=MAKER, at=AT)
    row = PayeeRow.objects.get()
    assert "anna@example.com" not in f"{row.sealed_account}{row.sealed_name}"
    (line,) = tenancy.search_audit(shop.shop.id, AuditQuery(action="payee changed"))
    assert line.after == {"method": "alipay", "account": "….com"}
