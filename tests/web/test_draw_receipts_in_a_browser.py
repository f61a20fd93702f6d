"""The browser says of every receipt what the command line says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

import jiacan.draws
from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.core import receipts
from jiacan.draws.core.file import examine, to_bytes
from jiacan.draws.core.hashing import canonical
from tests.core.altered_draws import leaves, with_change
from tests.core.small_draws import INSTANT, SCHEDULED, deck, drawn, instant, tickets
from tests.core.test_draw_files import ODD

SCRIPTS = Path(jiacan.draws.__file__).parent / "static" / "draws"
PLACE = "https://draws.example"  # answered by the test alone; the browser's hashes want a safe address
SAY = """async (pairs) => {
  const {checkReceipt, checkAgainst} = await import("./receipt.js");
  const bytes = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const found = [];
  for (const [receipt, file] of pairs)
    found.push(await (file === null ? checkReceipt(bytes(receipt)) : checkAgainst(bytes(receipt), bytes(file))));
  return found;
}"""
LARGE = drawn(instant(deck("day", 301, first=70)), tickets(map(str, range(250))))
FILES = (INSTANT, SCHEDULED, LARGE)
GUARANTEED = next(place for place, each in enumerate(INSTANT.tickets) if each.result.guaranteed is not None)


@pytest.fixture(scope="module")
def page(browser: Browser):
    context = browser.new_context()
    context.route("**/*", answer)
    opened = context.new_page()
    opened.set_default_timeout(120_000)  # a busy machine may take its time; nothing here is measured
    opened.goto(f"{PLACE}/")
    yield opened
    context.close()


def answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{PLACE}/")
    if name in ("verify.js", "receipt.js"):
        route.fulfill(content_type="text/javascript", body=(SCRIPTS / name).read_text(encoding="utf-8"))
    elif not name:
        route.fulfill(content_type="text/html", body="<!doctype html>")
    else:
        route.abort()


def in_browser(page: Page, *pairs: tuple[bytes, bytes | None]) -> list[dict]:
    return page.evaluate(SAY, [(one.hex(), None if file is None else file.hex()) for one, file in pairs])


def on_the_command_line(*pairs: tuple[bytes, bytes | None]) -> list[dict]:
    return [{"ok": not where, "where": where, "checked": int(not where)} for where in map(flaw_of, pairs)]


def flaw_of(pair: tuple[bytes, bytes | None]) -> str:
    receipt, file = pair
    try:
        kept = receipts.read(receipt)
        if file is not None:
            published = examine(file)[1]
            assert published is not None
            receipts.check_against(kept, published)
    except DrawFlaw as flaw:
        return flaw.where
    return ""


def receipt_of(file, place: int) -> bytes:
    return receipts.to_bytes(receipts.receipt_from(file, place))


def test_every_receipt_of_right_draws_is_found_right_alone_and_against_its_file(page):
    pairs = []
    for file in FILES:
        for place in range(0, len(file.tickets), 1 + len(file.tickets) // 40):
            pairs += [(receipt_of(file, place), None), (receipt_of(file, place), to_bytes(file))]
    found = in_browser(page, *pairs)
    assert found == on_the_command_line(*pairs)
    assert {each["ok"] for each in found} == {True}
    assert len(found) > 100


@pytest.mark.parametrize(("file", "place"), [(INSTANT, GUARANTEED), (INSTANT, 0), (SCHEDULED, 3), (LARGE, 249)])
def test_every_changed_field_is_found_at_the_same_place_in_both(page, file, place):
    whole = receipt_of(file, place)
    altered = [(with_change(whole, pointer), None) for pointer in leaves(json.loads(whole))]
    found = in_browser(page, *altered)
    assert found == on_the_command_line(*altered)
    assert not any(each["ok"] for each in found)


def test_a_path_that_is_too_long_or_too_short_is_found_in_both(page):
    whole = json.loads(receipt_of(LARGE, 0))
    path = whole["cards"][0]["path"]
    odd = [path[:-1], [*path, path[0]], [], path[::-1]]
    altered = [(canonical({**whole, "cards": [{**whole["cards"][0], "path": each}]}), None) for each in odd]
    altered += [(canonical({**whole, "cards": each}), None) for each in ([], whole["cards"] * 2)]
    assert in_browser(page, *altered) == on_the_command_line(*altered)


def test_what_is_no_receipt_is_none_in_both(page):
    odd = [(each, None) for each in ODD.values()]
    assert in_browser(page, *odd) == on_the_command_line(*odd)


def test_a_file_that_says_something_else_than_the_receipt_is_found_in_both(page):
    kept = receipt_of(LARGE, 120)
    longer, shorter = tickets(map(str, range(300))), tickets(map(str, range(100)))
    pairs = [
        (kept, to_bytes(drawn(instant(deck("day", 301, first=70)), longer))),
        (kept, to_bytes(drawn(instant(deck("day", 301, first=70)), shorter))),
        (kept, to_bytes(drawn(instant(deck("day", 301, first=70)), tickets("ab" * 100)))),
        (kept, to_bytes(SCHEDULED)),
    ]
    found = in_browser(page, *pairs)
    assert found == on_the_command_line(*pairs)
    assert [each["where"] for each in found] == ["", "/tickets", "/tickets/120", "/terms"]
