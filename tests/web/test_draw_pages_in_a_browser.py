"""Draws in a real browser: a card that turns, a file that is checked, a stage on a wall."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jiacan.draws.contracts.kept import DrawState, TicketState, WinFilter
from jiacan.draws.facade import holding, reading, revealing
from jiacan.tenancy.contracts import Role
from tests.core.altered_draws import with_change
from tests.web.draw_shop import PLAN_ID, WHO, DrawShop, draw_shop
from tests.web.pages import LANGUAGES, THEMES, member_of

STAFF = f"/s/gifts/campaigns/{PLAN_ID}/draws/"
EVERYONE = tuple(f"anna-{n:03}" for n in range(1, 9))


@pytest.fixture
def shop(transactional_db) -> DrawShop:
    made = draw_shop(cards=8)
    made.sell(*EVERYONE)
    return made


def over(shop: DrawShop) -> DrawShop:
    """The draw at one hour is over and its file published."""
    if shop.draw("grand").state is DrawState.OPEN:
        shop.close("grand")
    shop.enter_value("grand")
    kept = holding.carry_out(shop.shop.id, PLAN_ID, "grand", at=datetime.now(UTC))
    if kept.revealed_at is None:
        revealing.reveal(shop.shop.id, PLAN_ID, "grand", actor=WHO, at=datetime.now(UTC))
    return shop


# --- a ticket ---------------------------------------------------------------------------------------------


def test_the_browser_makes_the_nonce_and_the_page_shows_the_decided_card(shop, pages):
    page = pages.open(shop.link("anna-001"), width=390)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draw-ticket-new")
    nonce = page.locator("[data-nonce-shown]").inner_text()
    assert len(nonce) == 32
    page.get_by_role("button", name="Draw my card").click()
    page.wait_for_url("**?drawn")
    kept = shop.ticket("anna-001")
    assert kept.ticket.id.endswith(f".{nonce}")
    assert page.get_by_text("You have won").first.is_visible()
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draw-ticket-won")


def test_a_ticket_is_drawn_without_script(shop, pages):
    page = pages.open(shop.link("anna-001"), width=390, scripts=False)
    page.get_by_role("button", name="Draw my card").click()
    assert page.get_by_text("You have won").first.is_visible()
    assert shop.ticket("anna-001").state is TicketState.DRAWN


def test_a_prize_is_claimed_with_a_thumb(shop, pages):
    shop.play(*EVERYONE)
    asked = WinFilter(plan_id=PLAN_ID, draw_id="lucky", prize="first")
    (win,) = reading.wins_of(shop.shop.id, asked)
    page = pages.open(shop.link(win.customer_id), width=390)
    page.get_by_role("button", name="Claim my prize").click()
    assert page.get_by_text("Claimed: the prize is yours").is_visible()
    pages.axe(page)
    pages.shoot(page, "draw-ticket-claimed")


# --- for everyone -----------------------------------------------------------------------------------------


def test_the_public_pages_read_well_on_a_phone_and_on_a_desk(shop, pages):
    shop.play(*EVERYONE[:5])
    over(shop)
    lucky, grand = (f"/d/{shop.draw(each).code}/" for each in ("lucky", "grand"))
    for name, address in (("draw", lucky), ("draw-over", grand), ("draw-winners", f"{lucky}winners")):
        page = pages.read(address, languages=LANGUAGES, themes=THEMES)
        pages.shoot(page, name)


def test_the_browser_checks_the_draws_own_file_and_finds_a_ticket_in_it(shop, pages):
    over(shop)
    page = pages.open(f"/d/{shop.draw('grand').code}/check", width=390)
    pages.axe(page)
    page.get_by_role("button", name="Check this draw's file").click()
    page.get_by_text("Everything is right: the results of all 8 tickets").wait_for()
    assert page.get_by_text("is the one that was published before the first ticket").is_visible()
    page.get_by_label("A ticket's number, as your receipt has it").fill(shop.ticket("anna-003", "grand").ticket.id)
    page.get_by_role("button", name="Find it in the file").click()
    page.get_by_text(f"Number {shop.ticket('anna-003', 'grand').number} in the log").wait_for()
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draw-check")


def test_a_changed_file_is_found_with_its_place_and_a_receipt_is_held_against_the_file(shop, pages, tmp_path):
    over(shop)
    right = revealing.file_of(shop.shop.id, PLAN_ID, "grand")
    changed, receipt = tmp_path / "changed.json", tmp_path / "receipt.json"
    changed.write_bytes(with_change(right, "/tickets/2/customer"))
    receipt.write_bytes(revealing.receipt_of(shop.shop.id, shop.ticket("anna-002", "grand").issued))
    page = pages.open(f"/d/{shop.draw('grand').code}/check")
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(changed)
    page.get_by_text("This file is not right").wait_for()
    assert page.get_by_text("Ticket 3 of the log was changed, added, or moved.").is_visible()
    assert page.get_by_text("/tickets/2").is_visible()
    pages.shoot(page, "draw-check-empty")
    page = pages.open(f"/d/{shop.draw('grand').code}/check")
    page.locator("input[type=file]").set_input_files(receipt)
    page.get_by_text("the published file says the same of the ticket").wait_for()


def test_another_draws_file_is_right_in_itself_but_keeps_another_promise(shop, pages, tmp_path):
    over(shop)
    grand = tmp_path / "grand.json"
    grand.write_bytes(revealing.file_of(shop.shop.id, PLAN_ID, "grand"))
    page = pages.open(f"/d/{shop.draw('lucky').code}/check")
    assert page.get_by_text("The file is published when the draw is over").is_visible()
    page.locator("input[type=file]").set_input_files(grand)
    page.get_by_text("keeps another promise").wait_for()
    page = pages.open("/draws/check")
    page.locator("input[type=file]").set_input_files(grand)
    page.get_by_text("Compare its commitment").wait_for()


def test_a_file_is_dropped_and_what_is_no_file_is_said_to_be_none(shop, pages, tmp_path):
    odd = tmp_path / "odd.json"
    odd.write_text(json.dumps({"format": "other"}))
    page = pages.open("/draws/check", width=390)
    page.locator("input[type=file]").set_input_files(Path(odd))
    page.get_by_text("It is no file of a draw").wait_for()
    pages.axe(page)
    dropped = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['[]'], 'x.json')); return all; }"
    )
    page.dispatch_event("[data-check]", "drop", {"dataTransfer": dropped})
    page.get_by_text("This file is not right").wait_for()


# --- the staff's pages ------------------------------------------------------------------------------------


def test_the_staffs_pages_read_well(shop, pages):
    shop.play(*EVERYONE[:6])
    person = member_of(shop.shop, Role.OPERATIONS, name="林")
    if shop.draw("grand").state is DrawState.OPEN:
        shop.close("grand")
    for name, address in (
        ("draws", STAFF),
        ("draws-lucky", f"{STAFF}lucky/page"),
        ("draws-value", f"{STAFF}grand/page"),
        ("draws-list", f"{STAFF}winners"),
        ("draws-none", "/s/gifts/campaigns/other/draws/"),
    ):
        page = pages.read(address, person=person)
        pages.shoot(page, name)


def test_prizes_are_sent_after_a_preview(shop, pages):
    shop.play(*EVERYONE)
    for win in reading.wins_of(shop.shop.id, WinFilter(plan_id=PLAN_ID, prize="second")):
        pages.open(shop.link(win.customer_id)).get_by_role("button", name="Claim my prize").click()
    page = pages.open(f"{STAFF}winners", person=member_of(shop.shop, Role.WAREHOUSE), width=1280)
    page.get_by_label("Tick all").check()
    page.get_by_role("button", name="Mark as sent…").click()
    page.get_by_label("Note").fill("parcel 17")
    pages.axe(page)
    page.get_by_role("button", name="Mark as sent").click()
    assert page.get_by_text("Done for 4 prizes").is_visible()


def test_the_stage_runs_by_keyboard_on_the_wall(shop, pages):
    if shop.draw("gala").state is DrawState.OPEN:
        shop.close("gala")
    shop.enter_value("gala")
    page = pages.open(f"{STAFF}gala/stage?wall", person=member_of(shop.shop, Role.OPERATIONS), width=1280)
    page.keyboard.press("n")
    page.get_by_text("1. Name the prize").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("2")
    page.locator("[data-next]", has_text="Count down").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("n")
    page.locator(".draw-count").wait_for()
    page.locator(".draw-names li", has_text="a***").wait_for()
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draws-wall")
    shown = holding.shown_of(shop.shop.id, PLAN_ID, "gala")
    assert [win.prize for win in shown] == ["mug"]
    page = pages.open(f"{STAFF}gala/stage", person=member_of(shop.shop, Role.OPERATIONS), width=390)
    pages.axe(page)
    pages.fits(page)
    pages.shoot(page, "draws-stage")
