"""Offers in words, asking why, and awards: looked for, exported, taken back by hand."""

from __future__ import annotations

import csv
import io

import pytest

from jiacan.campaigns.facade import running
from jiacan.kernel.messages import ENGLISH
from jiacan.ledger import facade as ledger
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, AuditQuery, Role
from tests.slices.histories import PLAN
from tests.slices.orders_files import HEADER, orders_file, row
from tests.web.pages import member_of, shop_of, signed_in

CAMPAIGN = "/s/gifts/campaigns/order-bonus-2011"


@pytest.fixture
def shop(db, tmp_path):
    """The reference plan with one mug; two orders that both earn one, one that could be a formula, and a guest's."""
    made = shop_of("gifts", zone="Europe/London", currency="GBP")
    text = PLAN.read_text().replace("units: 150", "units: 1").replace("holdout: {share: 10%}", "")
    orders = orders_file(
        tmp_path / "orders.csv",
        row("first", customer_id="c1", unit_price="160.00"),
        row("second", customer_id="c2", unit_price="170.00", paid_at="2011-11-14 10:00:00"),
        row("=third", customer_id="c3", unit_price="120.00", paid_at="2011-11-14 11:00:00"),
        row("guest", customer_id="", unit_price="500.00", paid_at="2011-11-14 12:00:00"),
    )
    running.run(
        plans.check_text(text, "plan.yaml"),
        running.OrderFiles((orders,)),
        actor=COMMAND_LINE,
        words=ENGLISH,
        on_progress=lambda *_: None,
    )
    return made


def ids(answer) -> list[tuple[str, str]]:
    return [(each.award.order_id, each.award.offer_id) for each in answer.context["found"]]


def test_each_offer_is_told_in_words_with_how_often_it_was_given(shop):
    answer = signed_in(member_of(shop, Role.MARKETING)).get(f"{CAMPAIGN}/offers")
    page = " ".join(answer.content.decode().split())
    assert "spend £150.00 or more" in page
    ladder = answer.context["courses"][0]
    assert (ladder.counts["granted"], ladder.counts["otherwise"], ladder.counts["refused"]) == (1, 1, 0)


def test_awards_are_found_by_order_customer_offer_outcome_benefit_and_day(shop):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    assert set(ids(client.get(f"{CAMPAIGN}/awards?q=first"))) == {
        ("first", "spend-ladder"),
        ("first", "every-hundred"),
        ("first", "lucky-draw-chance"),
    }
    assert {order for order, _ in ids(client.get(f"{CAMPAIGN}/awards?q=c2"))} == {"second"}
    assert ids(client.get(f"{CAMPAIGN}/awards?outcome=otherwise")) == [("second", "spend-ladder")]
    assert {order for order, _ in ids(client.get(f"{CAMPAIGN}/awards?kind=gift"))} == {"first", "second"}
    assert len(ids(client.get(f"{CAMPAIGN}/awards?offer=every-hundred"))) == 3
    assert ids(client.get(f"{CAMPAIGN}/awards?since=2011-11-15")) == []


def test_nonsense_in_the_address_is_no_error(shop):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    for query in (
        "after=x",
        "after=2011-11-14~1~a",
        "since=yesterday",
        "outcome=x",
        "kind=x",
        "reason=%27%22",
        "q=%00",
    ):
        assert client.get(f"{CAMPAIGN}/awards?{query}").status_code == 200, query


def test_the_export_is_what_is_seen_with_formulas_made_text_and_is_audited(shop):
    client = signed_in(member_of(shop, Role.FINANCE))
    answer = client.get(f"{CAMPAIGN}/awards.csv?offer=every-hundred")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(each["order_id"], each["benefits"]) for each in rows] == [
        ("'=third", "points:×50(50)"),
        ("second", "points:×50(50)"),
        ("first", "points:×50(50)"),
    ]
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="awards exported"))
    assert (line.actor, line.after) == ("finance@example.com", {"offer": "every-hundred"})


def test_an_agent_reads_a_receipt_to_copy_in_both_languages_and_its_link(shop):
    answer = signed_in(member_of(shop, Role.SERVICE_AGENT)).get(f"{CAMPAIGN}/awards/second")
    (_, chinese), (_, english) = answer.context["to_send"]
    assert "Spend more, get more: Custom mug ran out at 11-14 09:00; given instead: Sample set." in english
    assert "订单满额加餐" in chinese
    link = answer.context["link"]
    assert (
        signed_in(member_of(shop, Role.SERVICE_AGENT)).get(link.removeprefix("http://testserver")).status_code == 200
    )


def test_an_orders_page_has_all_its_awards_and_no_other_orders_that_begin_alike(shop, monkeypatch):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    monkeypatch.setattr("jiacan.campaigns.web.awards.ON_A_PAGE", 1)
    shown = [each.award for each, _ in client.get(f"{CAMPAIGN}/awards/first").context["awards"]]
    assert [(each.order_id, each.offer_id) for each in shown] == [
        ("first", "spend-ladder"),
        ("first", "every-hundred"),
        ("first", "lucky-draw-chance"),
    ]


def test_an_award_is_taken_back_by_hand_once_with_a_reason(shop):
    client = signed_in(member_of(shop, Role.SERVICE_LEAD))
    order = f"{CAMPAIGN}/awards/first"
    refused = client.post(f"{order}/take-back", {"offer": "spend-ladder", "reason": " "}, follow=True)
    assert "Say why it is taken back" in refused.content.decode()
    assert tenancy.search_audit(shop.id, AuditQuery(text="awarded by mistake")) == ()
    done = client.post(f"{order}/take-back", {"offer": "spend-ladder", "reason": "awarded by mistake"}, follow=True)
    assert "Taken back: Custom mug." in done.content.decode()
    (line,) = tenancy.search_audit(shop.id, AuditQuery(text="awarded by mistake"))
    assert line.actor == "service_lead@example.com"
    again = client.post(f"{order}/take-back", {"offer": "spend-ladder", "reason": "again"}, follow=True)
    assert "Nothing is left to take back" in again.content.decode()
    assert ledger.audit(shop.id).clean


def test_an_agent_may_not_take_back_and_an_unknown_order_is_not_found(shop):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    assert client.post(f"{CAMPAIGN}/awards/first/take-back", {"offer": "x", "reason": "y"}).status_code == 403
    assert client.get(f"{CAMPAIGN}/awards/nothing").status_code == 404


def test_asking_why_answers_for_a_recorded_order_offer_by_offer(shop):
    answer = signed_in(member_of(shop, Role.SERVICE_AGENT)).get(f"{CAMPAIGN}/why?order=second")
    said = {line.offer_id: line.outcome for line in answer.context["asked"].lines}
    assert (said["spend-ladder"], said["tea-set"], said["every-hundred"]) == ("otherwise", "not_met", "granted")
    unknown = signed_in(member_of(shop, Role.SERVICE_AGENT)).get(f"{CAMPAIGN}/why?order=nothing")
    assert "There is no paid order nothing here" in unknown.content.decode()


def test_asking_why_answers_for_a_pasted_order_and_keeps_nothing_of_it(shop):
    client = signed_in(member_of(shop, Role.SERVICE_AGENT))
    pasted = f"{HEADER}\n{row('new', customer_id='c9', unit_price='310.00')}"
    answer = client.post(f"{CAMPAIGN}/why", {"pasted": pasted})
    asked = answer.context["asked"]
    assert (asked.settled, asked.order_id) == (False, "new")
    assert {line.offer_id: line.outcome for line in asked.lines}["spend-ladder"] == "granted"
    assert ids(client.get(f"{CAMPAIGN}/awards?q=new")) == []
    assert client.get(f"{CAMPAIGN}/awards/new").status_code == 404


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("nonsense", "has no column"),
        (f"{HEADER}\n{row('new', quantity='many')}", "Line 2, quantity"),
        (HEADER, "There is no paid order in this"),
    ],
)
def test_what_cannot_be_read_is_said_in_words_and_what_was_typed_stays(shop, pasted, said):
    answer = signed_in(member_of(shop, Role.SERVICE_AGENT)).post(f"{CAMPAIGN}/why", {"pasted": pasted})
    page = answer.content.decode()
    assert said in page
    assert pasted.splitlines()[0] in page


def test_a_plan_that_is_only_written_shows_its_offers_and_no_awards(db):
    shop = shop_of("gifts", zone="Europe/London", currency="GBP")
    plans.begin_draft(shop.id, "order-bonus-2011", PLAN.read_text(), actor=COMMAND_LINE)
    client = signed_in(member_of(shop, Role.OPERATIONS))
    assert "as the draft says" in client.get(f"{CAMPAIGN}/offers").content.decode()
    assert "has not gone live" in client.get(f"{CAMPAIGN}/why?order=1").content.decode()
    assert client.get(f"{CAMPAIGN}/awards").status_code == 404


def test_the_pages_read_well(transactional_db, shop, pages):
    person = member_of(shop, Role.OPERATIONS)
    for name in ("offers", "why?order=second", "awards", "awards/first"):
        page = pages.read(f"{CAMPAIGN}/{name}", person=person)
        pages.shoot(page, name.replace("/", "-").split("?")[0])
