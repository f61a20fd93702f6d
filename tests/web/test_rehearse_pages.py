"""Rehearsing on a page: files come in, the worker replays them, the result is found again, the files go."""

from __future__ import annotations

import csv
import io
import stat
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiacan.campaigns import jobs
from jiacan.campaigns.contracts.rehearsed import Text, UploadTooLarge
from jiacan.campaigns.facade import rehearsing
from jiacan.campaigns.models import Rehearsal
from jiacan.offers.models import Award
from jiacan.orders.models import Order
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import COMMAND_LINE, Actor, Role
from tests.slices.histories import PLAN
from tests.slices.orders_files import HEADER, row
from tests.web.pages import member_of, shop_of, signed_in

PLAN_ID = "order-bonus-2011"
ADDRESS = f"/s/gifts/campaigns/{PLAN_ID}/rehearse"
TEXT = PLAN.read_text().replace("units: 150", "units: 1").replace("holdout: {share: 10%}", "")
ORDERS = "\n".join(
    (
        HEADER,
        row("first", customer_id="c1", unit_price="160.00"),
        row("second", customer_id="c2", unit_price="170.00", paid_at="2011-11-14 10:00:00"),
        row("=third", customer_id="c3", quantity="many"),
    )
)

NO_MORE = {"refunds": None, "customers": None}


@pytest.fixture
def uploads(settings, tmp_path):
    settings.UPLOADS = tmp_path / "uploads"
    return settings.UPLOADS


@pytest.fixture
def shop(db, uploads):
    made = shop_of("gifts", zone="Europe/London", currency="GBP")
    plans.begin_draft(made.id, PLAN_ID, TEXT, actor=Actor("ann@example.com", "test"))
    return made


def file(text: str | bytes, name: str = "november.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def work() -> None:
    """Do what the worker was given."""
    for job in ProcrastinateJob.objects.filter(task_name=rehearsing.TASK):
        jobs.rehearse(**job.args)


def kept(uploads) -> list[str]:
    return sorted(path.name for path in uploads.rglob("*") if path.is_file())


def test_orders_are_rehearsed_by_the_worker_and_nothing_is_recorded(shop, uploads):
    client = signed_in(member_of(shop, Role.MARKETING))
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    waiting = client.get(sent["Location"])
    assert "Waiting for the worker" in waiting.content.decode()
    (path,) = [path for path in uploads.rglob("*") if path.is_file()]
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("orders.csv", 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    work()
    done = client.get(sent["Location"])
    assert {offer.en: counts for offer, counts in done.context["offers"]}["Spend more, get more"] == [
        1,
        1,
        0,
        0,
        0,
        0,
    ]
    mug = next(item for item in done.context["stock"] if item.id == "mug")
    assert (mug.units, mug.left) == (1, 0)
    assert mug.short_at.isoformat() == "2011-11-14T10:00:00+00:00"
    assert "november.csv" in client.get(ADDRESS).content.decode()
    assert (Order.objects.count(), Award.objects.count()) == (0, 0)


def test_refunds_are_rehearsed_too(shop):
    client = signed_in(member_of(shop, Role.MARKETING))
    refunds = "refund_id,order_id,refunded_at,sku,quantity\nr1,first,2011-11-20 09:00:00,mug,1"
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS), "refunds": file(refunds, "back.csv")})
    work()
    done = client.get(sent["Location"])
    counts = {offer.en: counts for offer, counts in done.context["offers"]}
    assert counts["Spend more, get more"] == [1, 1, 0, 0, 0, 1]
    assert "+ back.csv" in done.content.decode()


BIRTHDAYS = """
offers:
  - id: happy
    name: {zh: 生日礼, en: Birthday gift}
    trigger: birthday
    during: {from: 2011-11-14, to: 2011-11-14}
    give: [{gift: mug}]
    budget: {gift: gifts}
"""


def test_birthdays_are_rehearsed_among_orders_and_without_them_the_page_says_what_was_not(shop, uploads):
    client = signed_in(member_of(shop, Role.MARKETING))
    plans.save_draft(
        shop.id,
        PLAN_ID,
        TEXT.replace("\noffers:\n", BIRTHDAYS),
        opened_revision=1,
        actor=Actor("ann@example.com", "test"),
    )
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    work()
    done = client.get(sent["Location"])
    assert [each.en for each in done.context["unasked"]] == ["Birthday gift"]
    assert "Not rehearsed, because no birthdays were told: Birthday gift." in done.content.decode()
    birthdays = "customer_id,birthday\nanna,11-14\nbo,11-14\nchen,13-40\n"
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS), "customers": file(birthdays, "known.csv")})
    work()
    done = client.get(sent["Location"])
    shown = done.content.decode()
    assert {offer.en: counts for offer, counts in done.context["offers"]}["Birthday gift"] == [1, 0, 0, 1, 0, 0]
    mug = next(item for item in done.context["stock"] if item.id == "mug")
    assert mug.short_at.isoformat() == "2011-11-14T00:00:00+00:00"
    assert done.context["unasked"] == []
    assert "+ known.csv" in shown
    assert "Rows of the file of birthdays that could not be taken: 1, on its lines 4." in shown
    assert kept(uploads) == ["bad-rows.csv", "bad-rows.csv"]


def test_bad_rows_are_handed_back_to_whoever_sent_them_with_formulas_made_text(shop, uploads):
    client = signed_in(member_of(shop, Role.MARKETING))
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    work()
    assert kept(uploads) == ["bad-rows.csv"]
    bad = f"{sent['Location']}/bad-rows.csv"
    (found,) = csv.DictReader(io.StringIO(b"".join(client.get(bad).streaming_content).decode("utf-8-sig")))
    assert (found["order_id"], found["field"], found["quantity"]) == ("'=third", "quantity", "many")
    other = signed_in(member_of(shop, Role.MARKETING, email="other@example.com"))
    assert other.get(bad).status_code == 404
    assert signed_in(member_of(shop, Role.ANALYST)).get(bad).status_code == 200
    rehearsing.forget_uploads(timezone.now() + timedelta(days=1, minutes=1))
    assert (kept(uploads), client.get(bad).status_code) == ([], 404)
    assert "kept for a day" in client.get(sent["Location"]).content.decode()


def test_what_cannot_be_read_is_said_in_words_without_the_servers_folders(shop, uploads):
    client = signed_in(member_of(shop, Role.MARKETING))
    sent = client.post(ADDRESS, {"text": "draft", "orders": file("nonsense\n1")})
    work()
    answer = client.get(sent["Location"])
    assert "orders.csv has no column" in answer.context["rehearsal"].failed
    assert str(uploads) not in answer.content.decode()
    assert kept(uploads) == []


def test_the_worker_speaks_the_language_of_whoever_asked(shop):
    client = signed_in(member_of(shop, Role.MARKETING))
    sent = client.post(
        ADDRESS, {"text": "draft", "orders": file("nonsense\n1")}, headers={"accept-language": "zh-CN"}
    )
    work()
    assert "缺少" in client.get(sent["Location"]).context["rehearsal"].failed


def test_a_result_stays_though_the_worker_is_given_it_twice(shop):
    client = signed_in(member_of(shop, Role.MARKETING))
    client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    work()
    before = Rehearsal.objects.values().get()
    work()
    assert Rehearsal.objects.values().get() == before


def test_a_rehearsal_whose_files_are_gone_says_so(shop, uploads):
    client = signed_in(member_of(shop, Role.MARKETING))
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    rehearsing.forget_uploads(timezone.now() + timedelta(days=1, minutes=1))
    work()
    assert "Its files are no longer kept" in client.get(sent["Location"]).content.decode()


def test_time_left_is_told_from_how_fast_the_last_one_went(shop):
    client = signed_in(member_of(shop, Role.MARKETING))
    client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    work()
    began = timezone.now()
    Rehearsal.objects.update(began_at=began, ended_at=began + timedelta(seconds=60))
    sent = client.post(ADDRESS, {"text": "draft", "orders": file(ORDERS * 2)})
    Rehearsal.objects.filter(stage="waiting").update(stage="running", began_at=timezone.now(), doing="Checking rows")
    progress = client.get(f"{sent['Location']}?progress").content.decode()
    assert "Checking rows" in progress
    assert "<html" not in progress
    assert 115 <= client.get(sent["Location"]).context["seconds_left"] <= 120


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "draft"}, "Choose a file of orders"),
        ({"text": "draft", "orders": b""}, "Choose a file of orders"),
        ({"text": "live", "orders": b"x"}, "has not gone live"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_in_words_and_nothing_is_kept(shop, uploads, sent, said):
    asked = {key: file(value) if isinstance(value, bytes) else value for key, value in sent.items()}
    answer = signed_in(member_of(shop, Role.MARKETING)).post(ADDRESS, asked)
    assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert (kept(uploads), Rehearsal.objects.count()) == ([], 0)


def test_a_file_beyond_the_limit_is_refused_before_it_is_written(shop, uploads, settings):
    settings.MAX_UPLOAD_BYTES = 2 << 20
    upload = rehearsing.Upload("november.csv", (2 << 20) + 1, iter(()))
    with pytest.raises(UploadTooLarge, match=r"november\.csv has 3 MB, and a page takes 2 MB at most"):
        rehearsing.ask(shop, PLAN_ID, Text.DRAFT, orders=upload, **NO_MORE, language="en", actor=COMMAND_LINE)
    assert (uploads.exists(), Rehearsal.objects.count()) == (False, 0)


def test_a_draft_with_errors_is_not_rehearsed(shop):
    plans.save_draft(shop.id, PLAN_ID, "nonsense", opened_revision=1, actor=COMMAND_LINE)
    answer = signed_in(member_of(shop, Role.MARKETING)).post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    assert (answer.status_code, Rehearsal.objects.count()) == (400, 0)


def test_only_those_who_may_rehearse_see_rehearsals_and_only_their_shops(shop):
    sent = signed_in(member_of(shop, Role.MARKETING)).post(ADDRESS, {"text": "draft", "orders": file(ORDERS)})
    assert signed_in(member_of(shop, Role.WAREHOUSE)).get(ADDRESS).status_code == 403
    toys = shop_of("toys")
    plans.begin_draft(toys.id, PLAN_ID, TEXT, actor=COMMAND_LINE)
    other = signed_in(member_of(toys, Role.OWNER, email="toys@example.com"))
    assert other.get(sent["Location"].replace("/gifts/", "/toys/")).status_code == 404


def test_the_page_shows_progress_and_then_the_result_in_a_browser(transactional_db, shop, pages, tmp_path):
    (tmp_path / "november.csv").write_text(ORDERS)
    page = pages.open(ADDRESS, person=member_of(shop, Role.OPERATIONS))
    pages.axe(page)
    pages.shoot(page, "rehearse")
    page.set_input_files("#orders", tmp_path / "november.csv")
    page.get_by_role("button", name="Rehearse on these orders").click()
    page.get_by_text("Waiting for the worker").first.wait_for()
    pages.axe(page)
    work()
    page.get_by_role("heading", name="Awards by offer").wait_for()
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "rehearsal")
    phone = pages.open(page.url.removeprefix(pages.address), person=member_of(shop, Role.OPERATIONS), width=390)
    pages.fits(phone)
