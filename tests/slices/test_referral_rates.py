"""Clicks of one network are counted within a rate, however many processes take them; everyone is sent on.

A child process imports this file by its name, so everything it runs stands at the top level.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

import jiacan.project.start  # noqa: F401 - readies the models in a child process, before the facades are imported
from jiacan.project import database
from jiacan.referrals.facade import linking
from jiacan.referrals.models import Click, Link, NetworkBucket
from tests.slices.online_shop import AT, PLAN_ID
from tests.slices.processes import at_once
from tests.slices.referring_shop import referring_shop

PROCESSES, PATIENCE_SECONDS = 4, 120
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"

pytestmark = pytest.mark.django_db


def code_of(shop) -> str:
    return linking.make_link(shop.shop.id, PLAN_ID, "anna", at=AT).code


def click_often(code: str, count: int, *, address: str = HERE, at=AT) -> int:
    """How many of so many visitors of one network were counted; everyone is sent on."""
    before = Click.objects.count()
    assert all(linking.click(code, visitor="", address=address, at=at) for _ in range(count))
    return Click.objects.count() - before


def test_beyond_the_rate_of_its_network_a_visitor_is_sent_on_and_not_counted():
    code = code_of(referring_shop())
    assert click_often(code, linking.CLICKS.burst + 5) == linking.CLICKS.burst
    assert Link.objects.get(code=code).clicks == linking.CLICKS.burst
    assert click_often(code, 3, address="198.51.100.99") == 0
    assert click_often(code, 3, address=ELSEWHERE) == 3
    later = AT + timedelta(minutes=1)
    assert click_often(code, linking.CLICKS.per_minute + 5, at=later) == linking.CLICKS.per_minute


def test_one_visitor_who_clicks_again_takes_nothing_of_the_rate():
    code = code_of(referring_shop())
    first = linking.click(code, visitor="", address=HERE, at=AT)
    assert first is not None
    for _ in range(100):
        linking.click(code, visitor=first.visitor, address=HERE, at=AT)
    assert NetworkBucket.objects.get().clicks_left == linking.CLICKS.burst - 1


def test_full_buckets_are_forgotten():
    code = code_of(referring_shop())
    click_often(code, 1)
    linking.forget_clicks(AT + timedelta(minutes=5))
    assert NetworkBucket.objects.count() == 1
    linking.forget_clicks(AT + timedelta(minutes=7))
    assert NetworkBucket.objects.count() == 0


def click_in_a_process(url: str, barrier: Barrier, number: int) -> int:
    """Click thirty times, each time as someone new."""
    database.connect(url)
    code = Link.objects.get().code
    barrier.wait(PATIENCE_SECONDS)
    sent_on = sum(linking.click(code, visitor="", address=HERE, at=AT) is not None for _ in range(30))
    connection.close()
    return sent_on


@pytest.mark.django_db(transaction=True)
def test_four_processes_together_count_no_more_than_the_rate(processes, test_database_url):
    code_of(referring_shop())
    assert at_once(processes, click_in_a_process, test_database_url) == [30] * PROCESSES
    assert Click.objects.count() == linking.CLICKS.burst
