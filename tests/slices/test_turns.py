"""What the clock tells of campaigns: that they are live, and that they are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.campaigns.facade import turns
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind
from tests.slices.histories import PLAN

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
FAR = datetime(2999, 1, 3, tzinfo=UTC)


@pytest.fixture
def shop_id() -> int:
    """A shop whose plan went live today, for a run that begins in 2998, and that asked to be told of its turns."""
    shop = tenancy.open_shop("gifts").id
    text = PLAN.read_text().replace("2011-", "2998-")
    plans.go_live(shop, plans.check_text(text, "plan.yaml"), actor=COMMAND_LINE)
    webhooks.add_endpoint(
        shop,
        url="https://receiver.example/hook",
        kinds=[EventKind.CAMPAIGN_LIVE, EventKind.CAMPAIGN_OVER],
        actor=COMMAND_LINE,
        at=FAR,
        resolver=lambda _host, _port: (),
    )
    return shop


def _told(shop_id: int) -> list[tuple[str, str]]:
    (endpoint,) = webhooks.endpoints_of(shop_id)
    return [(each.kind, each.subject) for each in webhooks.deliveries_of(shop_id, endpoint.id)]


def test_a_campaign_is_told_live_when_its_run_begins_and_over_when_it_ends_each_once(shop_id: int):
    (version,) = plans.live_plans(shop_id)
    document = plans.plan_of(shop_id, version).document
    assert document is not None
    run = document.phases["run"]

    turns.announce_turns(run.starts_at - MINUTE)
    assert _told(shop_id) == []

    turns.announce_turns(run.starts_at)
    turns.announce_turns(run.starts_at + MINUTE)
    assert _told(shop_id) == [("campaign.live", "order-bonus-2011")]

    turns.announce_turns(run.ends_at)
    turns.announce_turns(run.ends_at + 59 * MINUTE)
    assert sorted(_told(shop_id)) == [("campaign.live", "order-bonus-2011"), ("campaign.over", "order-bonus-2011")]


def test_a_turn_that_nobody_was_there_to_tell_is_not_told_as_news_later(shop_id: int):
    (version,) = plans.live_plans(shop_id)
    document = plans.plan_of(shop_id, version).document
    assert document is not None
    assert turns.announce_turns(document.phases["run"].starts_at + 61 * MINUTE) == 0
    assert _told(shop_id) == []
