"""A request works once however often it is sent, and a token sends no more than its rate."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from jiacan.api.contracts import KeptAnswer, KeyBusy, KeyReused, TooManyRequests
from jiacan.api.facade import calls
from jiacan.api.models import KeptAnswer as KeptRow
from jiacan.kernel.rates import Rate
from jiacan.tenancy import facade as tenancy

pytestmark = pytest.mark.django_db

WORKED = KeptAnswer(200, '{"worked": true}')


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> KeptAnswer:
        self.times += 1
        return WORKED


def shop_id() -> int:
    return tenancy.open_shop("gifts").id


def once(work: Work, *, key: str = "k", request: str = "a", token: int = 1) -> KeptAnswer:
    return calls.answer_once(shop_id(), token, key=key, request_hash=request, work=work)


def test_the_second_request_with_a_key_does_nothing_and_has_the_same_answer():
    work = Work()
    assert [once(work), once(work)] == [WORKED, WORKED]
    assert work.times == 1


def test_a_key_of_another_token_is_another_key():
    work = Work()
    once(work, token=1)
    once(work, token=2)
    assert work.times == 2


def test_a_key_with_another_request_is_refused_and_does_nothing():
    work = Work()
    once(work)
    with pytest.raises(KeyReused):
        once(work, request="b")
    assert work.times == 1


def test_work_that_fails_leaves_the_key_free():
    def fail() -> KeptAnswer:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        calls.answer_once(shop_id(), 1, key="k", request_hash="a", work=fail)
    work = Work()
    assert once(work) == WORKED
    assert work.times == 1


def test_an_answer_is_forgotten_after_a_day():
    work = Work()
    once(work)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_keptanswer SET kept_at = now() - interval '24 hours'")
    once(work, request="b")
    assert work.times == 2
    assert calls.forget_old_answers() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_keptanswer SET kept_at = now() - interval '24 hours'")
    assert calls.forget_old_answers() == 1
    assert not KeptRow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_first_request_is_at_work_is_refused():
    shop = shop_id()
    at_work, may_end = threading.Event(), threading.Event()

    def slow() -> KeptAnswer:
        at_work.set()
        assert may_end.wait(20)
        return WORKED

    def first() -> KeptAnswer:
        try:
            return calls.answer_once(shop, 1, key="k", request_hash="a", work=slow)
        finally:
            connection.close()

    second = Work()
    with ThreadPoolExecutor(1) as threads:
        answered = threads.submit(first)
        assert at_work.wait(20)
        with pytest.raises(KeyBusy):
            once(second)
        may_end.set()
        assert answered.result() == WORKED
    assert once(second) == WORKED
    assert second.times == 0


def test_a_token_that_has_used_up_its_burst_must_wait():
    rate, shop = Rate(per_minute=1, burst=20), shop_id()
    assert [calls.let_pass(shop, 71, rate).left for _ in range(20)] == list(range(19, -1, -1))
    with pytest.raises(TooManyRequests) as refused:
        calls.let_pass(shop, 71, rate)
    assert 59 <= refused.value.wait_seconds <= 60
    assert calls.let_pass(shop, 72, rate).left == 19


def test_few_requests_write_to_the_shared_bucket(django_assert_max_num_queries):
    rate, shop = Rate(per_minute=60, burst=100), shop_id()
    calls.let_pass(shop, 73, rate)
    with django_assert_max_num_queries(0):
        for _ in range(9):
            calls.let_pass(shop, 73, rate)


@pytest.mark.django_db(transaction=True)
def test_eight_callers_together_get_no_more_than_the_burst():
    rate, shop = Rate(per_minute=1, burst=50), shop_id()

    def call(_: int) -> int:
        try:
            passed = 0
            for _ in range(20):
                try:
                    calls.let_pass(shop, 74, rate)
                    passed += 1
                except TooManyRequests:
                    break
            return passed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(call, range(8))) == 50
