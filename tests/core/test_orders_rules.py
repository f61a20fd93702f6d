"""The clock of a zone, and which purchases a cancellation takes back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.orders.core.cancellations import Cancellation, Purchase, match_cancellations
from jiacan.orders.core.cells import explain_cell
from jiacan.orders.core.local_times import offset_steps

NOON = datetime(2011, 11, 14, 12, tzinfo=UTC)
ZONES = ["Europe/London", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]


def local(text):
    return datetime.fromisoformat(text)


def offset_by_steps(steps, at):
    return next(step.offset for step in steps if step.until is None or at < step.until)


@pytest.mark.parametrize("name", ZONES)
@given(at=st.datetimes(local("1971-01-01"), local("2150-01-01")))
def test_steps_say_what_zoneinfo_says(name, at):
    zone = ZoneInfo(name)
    assert offset_by_steps(offset_steps(zone, at, at), at) == at.replace(tzinfo=zone).utcoffset()


def test_a_repeated_hour_means_its_first_occurrence_and_a_skipped_one_the_offset_before():
    steps = offset_steps(ZoneInfo("Europe/London"), local("2011-01-01"), local("2011-12-31"))
    assert offset_by_steps(steps, local("2011-10-30 01:59:59")) == timedelta(hours=1)
    assert offset_by_steps(steps, local("2011-10-30 02:00")) == timedelta(0)
    assert offset_by_steps(steps, local("2011-03-27 01:30")) == timedelta(0)


def cancellation(quantity, *, at=NOON, refund_id="C1", position=1):
    return Cancellation(at, refund_id, position, quantity)


def test_the_latest_purchase_is_taken_first_and_the_rest_from_the_one_before():
    old, new = Purchase(NOON, "1", 1, 3), Purchase(NOON, "2", 1, 2)
    taken = match_cancellations([cancellation(4)], [old, new])
    assert [(t.order_id, t.quantity) for t in taken] == [("2", 2), ("1", 2)]


def test_a_purchase_after_the_cancellation_is_not_taken():
    later = Purchase(NOON + timedelta(seconds=1), "1", 1, 3)
    assert match_cancellations([cancellation(1)], [later]) == ()


def test_what_one_cancellation_took_is_gone_for_the_next():
    first, second = cancellation(2, refund_id="C1"), cancellation(2, refund_id="C2")
    taken = match_cancellations([second, first], [Purchase(NOON, "1", 1, 3)])
    assert [(t.cancellation.refund_id, t.quantity) for t in taken] == [("C1", 2), ("C2", 1)]


def rows_of(kind):
    fields = st.datetimes(timezones=st.just(UTC)), st.text(max_size=2), st.integers(1, 9), st.integers(1, 9)
    # No two rows stand at one place of one document.
    return st.lists(st.tuples(*fields), unique_by=lambda row: row[:3]).map(lambda rows: [kind(*row) for row in rows])


@given(rows_of(Cancellation), rows_of(Purchase))
def test_no_more_is_taken_than_was_bought_or_cancelled(cancelled, bought):
    taken = match_cancellations(cancelled, bought)
    assert sum(t.quantity for t in taken) <= min(sum(p.quantity for p in bought), sum(c.quantity for c in cancelled))
    assert match_cancellations(cancelled[::-1], bought[::-1]) == taken


@given(st.sampled_from(["order_id", "paid_at", "quantity", "unit_price", "line_discount", "title"]), st.text())
def test_every_refused_text_is_explained(field, text):
    assert str(explain_cell(field, {field: text.strip()}, name=field))
