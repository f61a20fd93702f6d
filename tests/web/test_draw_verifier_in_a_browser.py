"""The browser's verifier says of every file what the command line says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

import jiacan.draws
from jiacan.draws.contracts.terms import PrizeUnits
from jiacan.draws.core.file import to_bytes, verify
from jiacan.draws.core.hashing import canonical
from tests.core.altered_draws import leaves, with_change
from tests.core.small_draws import INSTANT, SCHEDULED, deck, drawn, instant, scheduled, tickets
from tests.core.test_draw_files import ODD

SCRIPT = Path(jiacan.draws.__file__).parent / "static" / "draws" / "verify.js"
PLACE = "https://draws.example"  # answered by the test alone; the browser's hashes want a safe address
SAY = """async (files) => {
  const {verify} = await import("./verify.js");
  const found = [];
  for (const digits of files) {
    const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    found.push(await verify(bytes));
  }
  return found;
}"""
FILES = {
    "instant": to_bytes(INSTANT),
    "scheduled": to_bytes(SCHEDULED),
    "nobody came": to_bytes(drawn(scheduled(PrizeUnits("cup", 2)), [])),
    "one card": to_bytes(drawn(instant(deck("day", 1, first=1)), tickets("ab"))),
    "a large deck": to_bytes(drawn(instant(deck("day", 3001, first=700)), tickets(map(str, range(2500))))),
}


@pytest.fixture(scope="module")
def page(browser: Browser):
    context = browser.new_context()
    context.route("**/*", answer)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.set_default_timeout(120_000)  # a busy machine may take its time; nothing here is measured
    opened.goto(f"{PLACE}/")
    yield opened
    context.close()
    assert complaints == []


def answer(route: Route) -> None:
    if route.request.url == f"{PLACE}/verify.js":
        route.fulfill(content_type="text/javascript", body=SCRIPT.read_text(encoding="utf-8"))
    elif route.request.url == f"{PLACE}/":
        route.fulfill(content_type="text/html", body="<!doctype html>")
    else:
        route.abort()


def in_browser(page: Page, files: list[bytes]) -> list[dict]:
    return page.evaluate(SAY, [data.hex() for data in files])


def on_the_command_line(files: list[bytes]) -> list[dict]:
    verdicts = map(verify, files)
    return [{"ok": each.ok, "where": each.where, "checked": each.checked} for each in verdicts]


def test_right_files_are_found_right_in_both(page):
    found = in_browser(page, list(FILES.values()))
    assert found == on_the_command_line(list(FILES.values()))
    assert [each["ok"] for each in found] == [True] * len(FILES)
    assert [each["checked"] for each in found] == [22, 22, 0, 2, 2500]


@pytest.mark.parametrize("name", ["instant", "scheduled"])
def test_every_changed_field_is_found_at_the_same_place_in_both(page, name):
    altered = [with_change(FILES[name], pointer) for pointer in leaves(json.loads(FILES[name]))]
    found = in_browser(page, altered)
    assert found == on_the_command_line(altered)
    assert not any(each["ok"] for each in found)


def test_every_changed_byte_is_found_at_the_same_place_in_both(page):
    whole = FILES["scheduled"]
    altered = [
        whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :]
        for place in range(0, len(whole), 7)
    ]
    found = in_browser(page, altered)
    assert found == on_the_command_line(altered)
    assert not any(each["ok"] for each in found)


def test_what_is_no_such_file_is_none_in_both(page):
    found = in_browser(page, list(ODD.values()))
    assert found == on_the_command_line(list(ODD.values()))
    assert {each["where"] for each in found} == {"file"}


def test_a_shop_that_cheats_and_does_its_sums_is_found_in_both(page):
    whole = json.loads(FILES["instant"])
    decks = whole["terms"]["decks"]
    guarantee = whole["terms"]["guarantee"]
    odd_terms = [
        {"source": "x"},
        {"mode": "live"},
        {"mode": "live", "source": "x"},
        {"mode": "live", "source": "x", "guarantee": None},
        {"decks": [decks[0], decks[0]]},
        {"decks": [{**decks[0], "id": "guarantee"}]},
        {"decks": [{**decks[0], "cards": 4}]},
        {"decks": [{**decks[0], "prizes": decks[0]["prizes"] * 2}]},
        {"decks": []},
        {"guarantee": {**guarantee, "deck": decks[0]}},
        {"guarantee": {**guarantee, "deck": {**guarantee["deck"], "cards": 3}}},
        {"plan": {"id": "spring", "version": 0}},
        {"draw": "a b"},
        {"礼": 1, "😀": 2, "ﬀ": 3},
    ]
    altered = [canonical({**whole, "terms": {**whole["terms"], **change}}) for change in odd_terms]
    assert in_browser(page, altered) == on_the_command_line(altered)
