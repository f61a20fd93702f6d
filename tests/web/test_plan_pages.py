"""The plan's pages: begun, written, checked on the way, saved beside others, compared, and put to an approver."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiacan.campaigns.facade import planning
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE, Actor, AuditQuery, Role
from tests.core.small_photographs import png
from tests.slices.histories import PLAN
from tests.web.pages import member_of, shop_of, signed_in

TEXT = PLAN.read_text()
PLAN_ID = "order-bonus-2011"
ADDRESS = f"/s/gifts/campaigns/{PLAN_ID}/plan"
NEW = "/s/gifts/campaigns/new"


@pytest.fixture
def shop(db):
    return shop_of("gifts", zone="Europe/London", currency="GBP")


@pytest.fixture
def draft(shop):
    return plans.begin_draft(shop.id, PLAN_ID, TEXT, actor=Actor("ann@example.com", "test"))


@pytest.fixture
def live(shop):
    plans.go_live(shop.id, plans.check_text(TEXT, "plan.yaml"), actor=COMMAND_LINE)
    return shop


def page_of(answer) -> str:
    return " ".join(answer.content.decode().split())


# --- beginning --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["order-bonus", "price-effects"])
def test_a_plan_begun_from_a_template_is_this_shops_and_has_no_errors(shop, template):
    starts_on = timezone.localdate() + timedelta(days=40)
    asked = {"template": template, "plan_id": "double-11", "starts_on": starts_on.isoformat()}
    answer = signed_in(member_of(shop, Role.MARKETING)).post(NEW, asked)
    assert answer["Location"] == "/s/gifts/campaigns/double-11/plan?edit"
    opened = planning.open_plan(shop, "double-11")
    assert (opened.checked.errors, opened.misplaced, opened.revision) == ((), None, 1)
    document = opened.checked.document
    assert (document.shop, document.currency, document.zone.key) == ("gifts", "GBP", "Europe/London")
    assert document.phases["run"].starts_at.date() == starts_on


def test_a_plan_begun_from_a_file_keeps_its_id_even_with_errors(shop):
    broken = TEXT.replace("units: 150", "units: many").replace("shop: gifts", "shop: elsewhere")
    file = SimpleUploadedFile("mine.yaml", b"\xef\xbb\xbf" + broken.replace("\n", "\r\n").encode())
    client = signed_in(member_of(shop, Role.OPERATIONS))
    assert client.post(NEW, {"upload": "1", "file": file})["Location"] == f"{ADDRESS}?edit"
    assert plans.get_draft(shop.id, PLAN_ID).text == TEXT.replace("units: 150", "units: many")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"template": "order-bonus", "plan_id": "Double 11", "starts_on": "2026-11-11"},
            "cannot be a plan&#x27;s id",
        ),
        ({"template": "order-bonus", "plan_id": PLAN_ID, "starts_on": "2026-11-11"}, "here already"),
        ({"template": "nothing", "plan_id": "a", "starts_on": "2026-11-11"}, "There is no template nothing"),
        ({"template": "order-bonus", "plan_id": "a", "starts_on": "soon"}, "“soon” is no day"),
        ({"template": "order-bonus", "plan_id": "a", "starts_on": "2999-01-01"}, "cannot start on"),
        ({"upload": "1"}, "no file was chosen"),
        ({"upload": "1", "file": SimpleUploadedFile("x.yaml", b"\xff\xfe")}, "no text in UTF-8"),
        ({"upload": "1", "file": SimpleUploadedFile("x.yaml", b"nothing")}, "cannot be a plan&#x27;s id"),
    ],
)
def test_what_cannot_be_begun_is_said_in_words_and_what_was_typed_stays(shop, draft, asked, said):
    answer = signed_in(member_of(shop, Role.OPERATIONS)).post(NEW, asked)
    assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert asked.get("plan_id", "") in answer.content.decode()
    assert [each.plan_id for each in plans.find_drafts(shop.id)] == [PLAN_ID]


# --- reading and writing ----------------------------------------------------------------------------------


def test_a_problem_stands_under_its_line(shop, draft):
    plans.save_draft(
        shop.id, PLAN_ID, TEXT.replace("units: 150", "units: many"), opened_revision=1, actor=COMMAND_LINE
    )
    answer = signed_in(member_of(shop, Role.WAREHOUSE)).get(ADDRESS)
    (line,) = [line for line in answer.context["lines"] if any(each.severity == "error" for each in line.problems)]
    assert "units: many" in line.text
    assert f'href="#line-{line.number}"' in page_of(answer)
    assert answer.context["errors"] == 1


def test_the_page_shows_worst_cases_and_tasks_of_a_plan_without_errors(shop, draft):
    answer = signed_in(member_of(shop, Role.WAREHOUSE)).get(ADDRESS)
    assert "Full stocktake" in page_of(answer)
    assert {each.line.en: each.short for each in answer.context["worst"]}
    assert "Go on writing" not in page_of(answer)
    assert signed_in(member_of(shop, Role.WAREHOUSE)).get(f"{ADDRESS}?edit").context["lines"] is not None


def test_checking_keeps_nothing(shop, draft):
    client = signed_in(member_of(shop, Role.MARKETING))
    answer = client.post(
        f"{ADDRESS}/check", {"text": TEXT.replace("gifts\n", "toys\n").replace("holdout:", "heldout:")}
    )
    assert answer.context["errors"] > 0
    assert "<html" not in answer.content.decode()
    assert plans.get_draft(shop.id, PLAN_ID).revision == 1


def test_a_text_that_names_another_shop_is_an_error_of_the_page(shop, draft):
    text = TEXT.replace("shop: gifts", "shop: toys")
    answer = signed_in(member_of(shop, Role.MARKETING)).post(f"{ADDRESS}/check", {"text": text})
    assert "The plan says shop: toys, and this is gifts." in page_of(answer)


def test_saving_twice_from_one_page_overwrites_nothing_and_shows_both_texts(shop, draft):
    ann, bob = (member_of(shop, Role.MARKETING, email=f"{name}@example.com") for name in ("ann", "bob"))
    first, second = TEXT.replace("units: 150", "units: 200"), TEXT.replace("units: 150", "units: 300")
    signed_in(ann).post(f"{ADDRESS}/save", {"text": first, "revision": "1"})
    stale = signed_in(bob).post(f"{ADDRESS}/save", {"text": second.replace("\n", "\r\n"), "revision": "1"})
    assert stale.status_code == 409
    assert (stale.context["text"], stale.context["moved"].kept.text) == (second, first)
    marks = [(line.mark, line.text.strip()[:20]) for place in stale.context["places"] for line in place if line.mark]
    assert [mark for mark, _ in marks] == ["-", "+"]
    assert plans.get_draft(shop.id, PLAN_ID).text == first
    signed_in(bob).post(f"{ADDRESS}/save", {"text": second, "revision": str(stale.context["revision"])})
    kept = plans.get_draft(shop.id, PLAN_ID)
    assert (kept.text, kept.revision, kept.saved_by) == (second, 3, "bob@example.com")


def test_what_was_typed_is_kept_even_where_the_draft_was_discarded_meanwhile(shop, draft):
    client = signed_in(member_of(shop, Role.MARKETING))
    client.post(f"{ADDRESS}/discard", {"revision": "1", "typed": PLAN_ID})
    assert plans.find_draft(shop.id, PLAN_ID) is None
    client.post(f"{ADDRESS}/save", {"text": TEXT, "revision": "1"})
    assert plans.get_draft(shop.id, PLAN_ID).text == TEXT


def test_a_live_plan_is_changed_in_a_draft_and_stays_in_force(live):
    client = signed_in(member_of(live, Role.MARKETING))
    assert client.get(f"{ADDRESS}?edit").context["revision"] == 0
    assert plans.find_draft(live.id, PLAN_ID) is None
    client.post(f"{ADDRESS}/save", {"text": TEXT.replace("units: 150", "units: 200"), "revision": "0", "stay": "1"})
    assert plans.get_draft(live.id, PLAN_ID).revision == 1
    assert [each.number for each in plans.find_versions(live.id, PLAN_ID)] == [1]


def test_a_draft_is_discarded_only_by_whoever_saw_its_last_text_and_types_its_id(shop, draft):
    client = signed_in(member_of(shop, Role.MARKETING))
    client.post(f"{ADDRESS}/discard", {"revision": "1", "typed": "something"})
    plans.save_draft(shop.id, PLAN_ID, TEXT + "# more\n", opened_revision=1, actor=COMMAND_LINE)
    client.post(f"{ADDRESS}/discard", {"revision": "1", "typed": PLAN_ID})
    assert plans.get_draft(shop.id, PLAN_ID).revision == 2
    assert tenancy.search_audit(shop.id, AuditQuery(action="draft discarded")) == ()
    assert client.post(f"{ADDRESS}/discard", {"revision": "2", "typed": PLAN_ID})["Location"] == "/s/gifts/campaigns/"
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="draft discarded"))
    assert line.before == {"revision": 2, "saved by": "command line"}


# --- versions ---------------------------------------------------------------------------------------------


def test_two_versions_are_compared_in_plan_terms_and_line_by_line(live):
    changed = TEXT.replace("units: 150", "units: 200").replace("per_day: 8", "per_day: 10").replace("tea-set", "cups")
    plans.go_live(live.id, plans.check_text(changed, "plan.yaml"), actor=COMMAND_LINE, approver="owner@example.com")
    client = signed_in(member_of(live, Role.AUDITOR))
    assert "approved by owner@example.com" in page_of(client.get(f"{ADDRESS}/versions"))
    answer = client.get(f"{ADDRESS}/versions/2")
    parts = [(part.what.text, part.id, part.is_new, part.is_gone) for part in answer.context["parts"]]
    assert parts == [
        ("Stock", "mug", False, False),
        ("Offer", "cups", True, False),
        ("Offer", "tea-set", False, True),
    ]
    assert "pieces: <del>150</del> → <ins>200</ins>" in page_of(answer)
    back = client.get(f"{ADDRESS}/versions/1?against=2").context["parts"][0]
    assert (back.fields[0][1].before, back.fields[0][1].after) == ("150", "200")
    assert client.get(f"{ADDRESS}/versions/1?against=nonsense").context["against"] == ""
    assert client.get(f"{ADDRESS}/versions/3").status_code == 404


# --- going live -------------------------------------------------------------------------------------------


def test_a_plan_goes_live_by_a_named_approver_who_types_its_id(shop, draft):
    writer, owner = member_of(shop, Role.MARKETING), member_of(shop, Role.OWNER)
    asking = signed_in(writer)
    page = asking.get(f"{ADDRESS}/ask")
    assert [each.person.email for each in page.context["approvers"]] == ["owner@example.com"]
    asking.post(f"{ADDRESS}/ask", {"revision": "1", "approver": str(owner.id), "note": "please"})
    answering = signed_in(owner)
    assert "marketing@example.com asks you" in page_of(answering.get("/s/gifts/"))
    will = page_of(answering.get(f"{ADDRESS}/approve"))
    assert "These gates are not shown done" in will
    wrong = answering.post(f"{ADDRESS}/approve", {"typed": "order-bonus", "without_gates": "counted by phone"})
    assert (wrong.status_code, plans.find_versions(shop.id, PLAN_ID)) == (400, ())
    assert "counted by phone" in page_of(wrong)
    refused = answering.post(f"{ADDRESS}/approve", {"typed": PLAN_ID})
    assert "must be shown done before the plan goes live" in page_of(refused)
    answering.post(f"{ADDRESS}/approve", {"typed": PLAN_ID, "without_gates": "counted by phone", "note": "go"})
    (version,) = plans.find_versions(shop.id, PLAN_ID)
    assert (version.actor, version.approver) == ("owner@example.com", "owner@example.com")
    assert plans.find_draft(shop.id, PLAN_ID) is None
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="went live with gates open"))
    assert line.after["reason"] == "counted by phone"


def test_photographs_that_a_plan_names_are_asked_for_until_they_are_sent(shop, draft):
    named = TEXT.replace("{id: first,  gift: tablet,", "{id: first, photo: tablet.jpg, gift: tablet,")
    plans.save_draft(shop.id, PLAN_ID, named, opened_revision=1, actor=COMMAND_LINE)
    owner = member_of(shop, Role.OWNER)
    client = signed_in(owner)
    before = page_of(client.get(f"{ADDRESS}/ask"))
    assert "names photographs that were not sent yet: tablet.jpg (" in before
    assert "tablet.jpg: <a" not in page_of(client.get(ADDRESS))
    client.post(f"{ADDRESS}/ask", {"revision": "2", "approver": str(owner.id)})
    assert "names photographs that were not sent yet: tablet.jpg (" in page_of(client.get(f"{ADDRESS}/approve"))
    answer = {"typed": PLAN_ID, "without_gates": "counted by phone"}
    live = page_of(client.post(f"{ADDRESS}/approve", answer, follow=True))
    page = re.search('tablet.jpg: <a href="([^"]+)"', live)[1]
    assert client.get(page).status_code == 200
    sent = {"prize": "first", "photograph": SimpleUploadedFile("other.png", png(30, 20))}
    client.post(page.replace("/page", "/photograph"), sent)
    assert "names photographs" not in page_of(client.get(ADDRESS))


def test_whoever_says_no_says_why_and_the_plan_shows_it(shop, draft):
    owner = member_of(shop, Role.OWNER)
    client = signed_in(owner)
    client.post(f"{ADDRESS}/ask", {"revision": "1", "approver": str(owner.id)})
    assert "Say what has to change" in page_of(client.post(f"{ADDRESS}/decline", {"note": "  "}))
    client.post(f"{ADDRESS}/decline", {"note": "too many mugs"})
    assert "too many mugs" in page_of(signed_in(member_of(shop, Role.MARKETING)).get(ADDRESS))


def test_a_plan_with_errors_cannot_be_put_to_anyone(shop, draft):
    plans.save_draft(shop.id, PLAN_ID, "nonsense", opened_revision=1, actor=COMMAND_LINE)
    owner = member_of(shop, Role.OWNER)
    answer = signed_in(owner).post(f"{ADDRESS}/ask", {"revision": "2", "approver": str(owner.id)})
    assert (answer.status_code, planning.find_approvals(shop.id, PLAN_ID)) == (400, ())
    assert "before its errors are put right" in page_of(answer)


# --- who may ----------------------------------------------------------------------------------------------


def test_only_writers_write_and_only_those_who_may_answer(shop, draft):
    for role, written, answered in (
        (Role.WAREHOUSE, 403, 403),
        (Role.AUDITOR, 403, 403),
        (Role.MARKETING, 200, 403),
        (Role.OPERATIONS, 200, 200),
    ):
        client = signed_in(member_of(shop, role))
        assert client.get(ADDRESS).status_code == 200
        assert client.post(f"{ADDRESS}/check", {"text": TEXT}).status_code == written
        assert client.get(NEW).status_code == written
        assert client.get(f"{ADDRESS}/ask").status_code == written
        assert client.get(f"{ADDRESS}/approve").status_code == answered
    signed_in(member_of(shop, Role.WAREHOUSE)).post(f"{ADDRESS}/save", {"text": "x", "revision": "1"})
    assert plans.get_draft(shop.id, PLAN_ID).text == TEXT


def test_a_plan_that_is_nowhere_and_another_shops_plan_are_not_found(shop, draft):
    other = shop_of("toys")
    client = signed_in(member_of(other, Role.OWNER, email="other@example.com"))
    assert client.get(f"/s/toys/campaigns/{PLAN_ID}/plan").status_code == 404
    assert client.get(ADDRESS).status_code == 404
    assert client.post(f"/s/toys/campaigns/{PLAN_ID}/plan/save", {"text": "x", "revision": "0"}).status_code == 404
    assert plans.find_drafts(other.id) == ()


def test_the_plan_is_written_in_a_browser_with_problems_that_lead_to_their_lines(
    transactional_db, shop, draft, pages
):
    person = member_of(shop, Role.OPERATIONS)
    page = pages.open(f"{ADDRESS}?edit", person=person)
    field = page.locator("#text")
    field.fill(TEXT.replace("units: 150", "units: many"))
    link = page.locator("#found .problems .is-act a")
    link.wait_for()
    line = TEXT[: TEXT.index("units: 150")].count("\n") + 1
    link.click()
    start, end = field.evaluate("each => [each.selectionStart, each.selectionEnd]")
    assert field.input_value()[start:end] == TEXT.splitlines()[line - 1].replace("150", "many")
    assert page.locator(".numbers .marked:not(.is-watch)").text_content() == str(line)
    pages.axe(page)
    field.press("Control+s")
    page.get_by_text("Saved as revision 2.").wait_for()
    pages.shoot(page, "plan-edit")
    plans.save_draft(shop.id, PLAN_ID, TEXT, opened_revision=2, actor=COMMAND_LINE)
    for name in (ADDRESS, f"{ADDRESS}/ask", f"{ADDRESS}/versions", NEW):
        page.goto(pages.address + name)
        pages.axe(page)
        pages.shoot(page, "plan" + name.removeprefix(ADDRESS).replace("/", "-"))
    phone = pages.open(ADDRESS, person=person, width=390)
    pages.fits(phone)
