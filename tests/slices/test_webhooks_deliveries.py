"""What is announced arrives, signed, once, and is tried again for a day."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery
from jiacan.webhooks import facade, jobs
from jiacan.webhooks.contracts import (
    PING,
    Answer,
    Delivery,
    DeliveryState,
    DeliveryUnknown,
    EndpointOff,
    EventKind,
    Trouble,
    WebhookEvent,
)
from tests.slices.webhook_receiver import Receiver, closed_port

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
ANN = Actor("ann@shop.example", "console 203.0.113.9")
MINUTE = timedelta(minutes=1)


def granted(order: str) -> WebhookEvent:
    return WebhookEvent(EventKind.AWARD_GRANTED, f"p/{order}/ladder", AT, {"order_id": order, "gift": "马克杯"})


class Told:
    """A shop with one endpoint, and a receiver at its other end."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        with connection.cursor() as cursor:  # a test whose rows were really written may have left jobs of its own
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'webhooks.deliver'")
        self.shop = tenancy.open_shop("gifts").id
        self.endpoint, self.secret = facade.add_endpoint(
            self.shop, url=receiver.url, kinds=[EventKind.AWARD_GRANTED], actor=ANN, at=AT
        )

    def announce(self, *orders: str) -> None:
        facade.announce(self.shop, [granted(order) for order in orders])

    def work(self) -> int:
        """Do what jobs are due, as a worker would; says how many there were."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE task_name = 'webhooks.deliver' AND status = 'todo' "
                "AND coalesce(scheduled_at, now()) <= now() RETURNING args"
            )
            due = [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]
        for arguments in due:
            jobs.deliver(**arguments)
        return len(due)

    def let_time_pass(self) -> None:
        """Let whatever waits be due now."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second'")
            cursor.execute(
                "UPDATE webhooks_delivery SET next_try_at = now() - interval '1 second' WHERE state = 'waiting'"
            )

    @property
    def log(self) -> tuple[Delivery, ...]:
        return facade.deliveries_of(self.shop, self.endpoint.id)

    @property
    def now(self):
        return facade.find_endpoint(self.shop, self.endpoint.id)


@pytest.fixture
def told(settings):
    settings.PRIVATE_WEBHOOKS = True
    with Receiver() as receiver:
        yield Told(receiver)


def test_an_event_arrives_signed_over_its_timestamp_and_the_bytes_as_sent(told):
    told.announce("o-1")
    told.work()
    (received,) = told.receiver.received
    timestamp = received.headers["Jiacan-Timestamp"]
    expected = hmac.new(
        told.secret.value.encode(), timestamp.encode() + b"." + received.body, hashlib.sha256
    ).hexdigest()
    assert received.headers["Jiacan-Signature"] == f"v1={expected}"
    assert abs(int(timestamp) - timezone.now().timestamp()) < 60
    (delivery,) = told.log
    assert received.headers["Jiacan-Delivery"] == delivery.id
    assert json.loads(received.body) == {
        "id": delivery.event_id,
        "kind": "award.granted",
        "at": "2026-11-11T12:00:00+00:00",
        "shop": "gifts",
        "data": {"order_id": "o-1", "gift": "马克杯"},
    }


def test_what_was_accepted_is_delivered_and_not_tried_again(told):
    told.announce("o-1")
    (waiting,) = told.log
    assert (waiting.state, waiting.attempts, waiting.last) == (DeliveryState.WAITING, 0, None)
    told.work()
    (delivered,) = told.log
    assert (delivered.state, delivered.attempts, delivered.next_try_at) == (DeliveryState.DELIVERED, 1, None)
    assert delivered.last.outcome == Answer(200, "thank you")
    told.let_time_pass()
    assert told.work() == 0
    assert len(told.receiver.received) == 1


def test_an_event_that_is_announced_twice_is_delivered_once(told):
    told.announce("o-1", "o-1")
    told.announce("o-1")
    told.work()
    told.announce("o-1")
    told.work()
    assert [received.headers["Jiacan-Delivery"] for received in told.receiver.received] == [told.log[0].id]


def test_nothing_is_written_when_nobody_wants_it(told):
    facade.announce(told.shop, [WebhookEvent(EventKind.STOCK_LOW, "p/mug", AT, {})])
    facade.announce(told.shop, [])
    other = tenancy.open_shop("other").id
    facade.announce(other, [granted("o-1")])
    assert (told.log, told.work()) == ((), 0)


def test_what_the_caller_rolls_back_was_never_announced(told):
    with transaction.atomic():
        told.announce("o-1")
        assert len(told.log) == 1
        transaction.set_rollback(True)
    assert (told.log, told.work(), told.receiver.received) == ((), 0, [])


def test_many_events_go_out_in_few_jobs_and_in_the_order_of_their_telling(told):
    orders = [f"o-{number}" for number in range(120)]
    told.announce(*orders)
    assert told.work() == 3
    received = [json.loads(each.body)["data"]["order_id"] for each in told.receiver.received]
    assert sorted(received) == sorted(orders)
    assert received[:50] == orders[:50]


def test_a_failure_is_tried_again_on_the_schedule_with_the_same_id_and_body(told):
    told.receiver.answers = [500, 503, 200]
    told.announce("o-1")
    told.work()
    (first,) = told.log
    assert (first.state, first.last.outcome.status) == (DeliveryState.WAITING, 500)
    assert told.work() == 0
    told.let_time_pass()
    told.work()
    (second,) = told.log
    attempts = facade.attempts_of(told.shop, second.id)
    assert [attempt.number for attempt in attempts] == [1, 2]
    waits = [
        delivery.next_try_at - delivery.last.at - timedelta(milliseconds=delivery.last.milliseconds)
        for delivery in (first, second)
    ]
    assert [round(wait / MINUTE, 2) for wait in waits] == [1, 2]
    told.let_time_pass()
    told.work()
    assert [delivery.state for delivery in told.log] == [DeliveryState.DELIVERED]
    assert len({(each.headers["Jiacan-Delivery"], each.body) for each in told.receiver.received}) == 1
    assert len(told.receiver.received) == 3


def test_after_twelve_failures_it_is_given_up(told):
    told.receiver.answers = [500] * 20
    told.announce("o-1")
    for _ in range(15):
        told.work()
        told.let_time_pass()
    (delivery,) = told.log
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == (DeliveryState.GIVEN_UP, 12, None)
    assert len(told.receiver.received) == 12


def test_a_replay_sends_the_same_under_the_same_id_and_has_a_day_of_its_own(told):
    told.receiver.answers = [500] * 12
    told.announce("o-1")
    for _ in range(12):
        told.work()
        told.let_time_pass()
    (given_up,) = told.log
    again = facade.replay(told.shop, given_up.id, actor=ANN)
    assert (again.id, again.state, again.attempts) == (given_up.id, DeliveryState.WAITING, 12)
    told.work()
    assert [(each.state, each.attempts) for each in told.log] == [(DeliveryState.DELIVERED, 13)]
    facade.replay(told.shop, given_up.id, actor=ANN)
    told.work()
    received = told.receiver.received
    assert len(received) == 14
    assert len({(each.headers["Jiacan-Delivery"], each.body) for each in received}) == 1


def test_410_switches_the_endpoint_off_and_gives_up_what_waits(told):
    told.receiver.answers = [410]
    told.announce("o-1", "o-2")
    told.work()
    assert len(told.receiver.received) == 1
    assert not told.now.active
    assert {delivery.state for delivery in told.log} == {DeliveryState.GIVEN_UP}
    (line, *_) = tenancy.search_audit(told.shop, AuditQuery(action="webhook changed"))
    assert (line.actor, line.after["active"]) == ("webhooks", False)
    told.announce("o-3")
    assert len(told.log) == 2
    with pytest.raises(EndpointOff):
        facade.replay(told.shop, told.log[0].id, actor=ANN)
    with pytest.raises(EndpointOff):
        facade.ping(told.shop, told.endpoint.id, actor=ANN)


def test_an_endpoint_that_does_not_answer_is_tried_once_for_a_whole_batch(told):
    facade.update_endpoint(told.shop, told.endpoint.id, url=f"http://127.0.0.1:{closed_port()}/", actor=ANN)
    told.announce("o-1", "o-2", "o-3")
    told.work()
    outcomes = [delivery.last.outcome for delivery in reversed(told.log)]
    assert outcomes == [Trouble.NO_CONNECTION, Trouble.HELD_BACK, Trouble.HELD_BACK]
    told.let_time_pass()
    assert told.work() == 1


def test_failures_are_counted_in_days_until_something_is_accepted(told):
    told.receiver.answers = [500, 500, 200]
    told.announce("o-1")
    told.work()
    since = told.now.failing_since
    told.let_time_pass()
    told.work()
    assert told.now.failing_since == since
    assert told.now.days_failing(since + timedelta(days=3, hours=1)) == 3
    told.let_time_pass()
    told.work()
    assert told.now.failing_since is None
    assert told.now.days_failing(since + timedelta(days=3)) == 0


def test_a_secret_that_cannot_be_read_sends_nothing_unsigned(told, settings):
    told.announce("o-1")
    settings.SECRET_KEY = "another key of the server"
    told.work()
    assert told.receiver.received == []
    assert [delivery.last.outcome for delivery in told.log] == [Trouble.SECRET_LOST]


def test_a_private_address_is_refused_at_each_try_not_only_when_it_was_given(told, settings):
    told.announce("o-1")
    settings.PRIVATE_WEBHOOKS = False
    told.work()
    assert told.receiver.connections == 0
    assert [delivery.last.outcome for delivery in told.log] == [Trouble.FORBIDDEN_ADDRESS]


def test_a_test_delivery_goes_out_whatever_was_asked_for(told):
    ping = facade.ping(told.shop, told.endpoint.id, actor=ANN)
    told.work()
    (received,) = told.receiver.received
    assert (ping.kind, json.loads(received.body)["kind"]) == (PING, "ping")


def test_switched_off_it_gives_up_what_waits_and_removed_it_forgets(told):
    told.announce("o-1")
    facade.update_endpoint(told.shop, told.endpoint.id, active=False, actor=ANN)
    assert [(delivery.state, delivery.attempts) for delivery in told.log] == [(DeliveryState.GIVEN_UP, 0)]
    told.work()
    facade.update_endpoint(told.shop, told.endpoint.id, active=True, actor=ANN)
    told.announce("o-2")
    facade.remove_endpoint(told.shop, told.endpoint.id, actor=ANN)
    assert (told.log, told.work(), told.receiver.received) == ((), 1, [])


def test_the_log_is_read_page_by_page_and_by_its_own_shop_only(told):
    told.announce(*(f"o-{number}" for number in range(5)))
    other = tenancy.open_shop("other").id
    whole = told.log
    first = facade.deliveries_of(told.shop, told.endpoint.id, limit=3)
    second = facade.deliveries_of(told.shop, told.endpoint.id, before=first[-1].id, limit=3)
    assert first + second == whole
    assert facade.deliveries_of(other, told.endpoint.id) == ()
    assert facade.find_delivery(other, whole[0].id) is None
    assert facade.attempts_of(other, whole[0].id) == ()
    with pytest.raises(DeliveryUnknown):
        facade.replay(other, whole[0].id, actor=ANN)


def test_the_log_keeps_thirty_days_and_what_is_still_on_its_way(told):
    told.announce("old and delivered")
    told.work()
    told.announce("old and waiting", "new")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_delivery SET created_at = now() - interval '31 days' WHERE subject LIKE '%old%'"
        )
    facade.tidy()
    assert {delivery.subject for delivery in told.log} == {"p/old and waiting/ladder", "p/new/ladder"}
