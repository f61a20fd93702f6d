"""Files and receipts: what follows is found right, and any change is found, with its place."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.draws.contracts.errors import DrawFlaw
from jiacan.draws.contracts.terms import Result
from jiacan.draws.core import receipts
from jiacan.draws.core.announcing import announce
from jiacan.draws.core.file import examine, to_bytes, verify
from jiacan.draws.core.hashing import canonical, sha256
from jiacan.draws.core.ranking import public_head
from jiacan.draws.core.reading import to_terms
from jiacan.draws.core.terms import commitment_of, to_json
from tests.core.altered_draws import leaves, with_change
from tests.core.small_draws import CUSTOMERS, INSTANT, SCHEDULED, SEED, deck, drawn, instant, tickets

FILES = {"instant": to_bytes(INSTANT), "scheduled": to_bytes(SCHEDULED)}
RECEIPTS = {
    "blank": receipts.to_bytes(receipts.receipt_from(INSTANT, 4)),
    "guaranteed": receipts.to_bytes(
        receipts.receipt_from(INSTANT, next(n for n, t in enumerate(INSTANT.tickets) if t.result.guaranteed == 0))
    ),
    "ranked": receipts.to_bytes(
        receipts.receipt_from(SCHEDULED, next(n for n, t in enumerate(SCHEDULED.tickets) if t.result.prize == "car"))
    ),
}
VERDICTS = {"file": verify, "receipt": receipts.check_receipt}
WHOLE = [*(("file", data) for data in FILES.values()), *(("receipt", data) for data in RECEIPTS.values())]


def test_what_is_right_is_found_right():
    for name, data in FILES.items():
        verdict = verify(data)
        assert (verdict.ok, verdict.where, verdict.checked) == (True, "", len(CUSTOMERS)), name
        assert verdict.commitment == json.loads(data)["commitment"]
        assert verify(data + b"\n").ok
    for data in RECEIPTS.values():
        assert receipts.check_receipt(data).ok


def test_the_files_have_what_makes_them_hard():
    results = [each.result for each in INSTANT.tickets]
    assert {result.prize for result in results} == {"", "first", "second", "cup"}
    assert any(result.card is None for result in results)


def test_terms_read_back_as_they_were_written():
    for file in (INSTANT, SCHEDULED):
        assert to_terms(json.loads(canonical(to_json(file.terms)))) == file.terms
        assert examine(to_bytes(file))[1] == file


# --- any byte ---------------------------------------------------------------------------------------------


@given(st.sampled_from(WHOLE), st.data())
@settings(max_examples=400)
def test_any_altered_byte_is_found(what, data):
    kind, whole = what
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    altered = whole[:place] + bytes([byte]) + whole[place + 1 :]
    verdict = VERDICTS[kind](altered)
    assert not verdict.ok
    assert verdict.where
    assert verdict.why is not None


@given(st.sampled_from(WHOLE), st.data())
@settings(max_examples=200)
def test_any_byte_that_is_missing_or_too_much_is_found(what, data):
    kind, whole = what
    place = data.draw(st.integers(0, len(whole) - 1))
    more = data.draw(st.binary(min_size=1, max_size=3))
    assert not VERDICTS[kind](whole[:place] + whole[place + 1 :]).ok
    assert not VERDICTS[kind](whole[:place] + more + whole[place:]).ok


# --- any field --------------------------------------------------------------------------------------------


def expected(pointer):
    """Where a change is seen: results at themselves, what is sealed together at the whole."""
    parts = pointer.split("/")
    if parts[1] == "tickets" and parts[3] in {"id", "customer", "deck", "head"}:
        return "/".join(parts[:3])
    return {"terms": "/terms", "commitment": "/terms", "public": "/public"}.get(parts[1], pointer)


@pytest.mark.parametrize("name", FILES)
def test_every_changed_field_is_found_at_its_place(name):
    for pointer in leaves(json.loads(FILES[name])):
        verdict = verify(with_change(FILES[name], pointer))
        assert not verdict.ok, pointer
        assert verdict.where.startswith(expected(pointer)), pointer
        if not pointer.startswith("/terms"):
            assert pointer == "/commitment" or pointer.startswith(verdict.where), pointer


@pytest.mark.parametrize("name", RECEIPTS)
def test_every_changed_field_of_a_receipt_is_found(name):
    for pointer in leaves(json.loads(RECEIPTS[name])):
        assert not receipts.check_receipt(with_change(RECEIPTS[name], pointer)).ok, pointer


def test_a_verdict_counts_what_was_found_again_before_it():
    verdict = verify(with_change(FILES["instant"], "/tickets/7/prize"))
    assert (verdict.where, verdict.checked) == ("/tickets/7/prize", 7)


def test_tickets_that_change_places_go_missing_or_come_twice_are_found():
    whole = json.loads(FILES["instant"])

    def where(*log):
        return verify(canonical({**whole, "tickets": list(log)})).where

    log = whole["tickets"]
    assert where(*log[:3], log[4], log[3], *log[5:]) == "/tickets/3"
    assert where(*log[:3], *log[4:]) == "/tickets/3"
    assert where(*log[:-1]) == "/closed"
    assert where(*log, log[3]) == "/tickets/22/id"


# --- a shop that cheats and does its sums -----------------------------------------------------------------


def test_a_prize_that_is_given_to_another_ticket_is_found_though_all_hashes_are_right():
    place = next(n for n, each in enumerate(INSTANT.tickets) if each.result.prize == "first")
    log = list(INSTANT.tickets)
    log[place] = replace(log[place], result=replace(log[place].result, prize=""))
    assert verify(to_bytes(replace(INSTANT, tickets=tuple(log)))).where == f"/tickets/{place}/prize"


def test_decks_that_do_not_follow_from_the_seed_are_found():
    sealed = INSTANT.terms.decks[0]
    terms = replace(INSTANT.terms, decks=(replace(sealed, root="0" * 64), *INSTANT.terms.decks[1:]))
    assert verify(to_bytes(replace(INSTANT, terms=terms))).where == "/terms/decks/0/root"
    found = INSTANT.terms.guarantee
    terms = replace(INSTANT.terms, guarantee=replace(found, sealed=replace(found.sealed, root="0" * 64)))
    assert verify(to_bytes(replace(INSTANT, terms=terms))).where == "/terms/guarantee/deck/root"


def test_another_public_value_with_its_own_hash_gives_other_results():
    whole = json.loads(FILES["scheduled"])
    whole["public"] = {"value": "chosen", "head": public_head(whole["closed"], "chosen")}
    assert verify(canonical(whole)).where.startswith("/tickets/")


def test_a_draw_made_anew_has_another_commitment():
    again = drawn(instant(deck("day-1", 12, first=1)), tickets(CUSTOMERS, "day-1"), seed=bytes(32))
    assert verify(to_bytes(again)).ok
    assert verify(to_bytes(again)).commitment != verify(FILES["instant"]).commitment


# --- what is no such file ---------------------------------------------------------------------------------

ODD = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'"\xff"',
    "a mark before it": b"\xef\xbb\xbf{}",
    "a space": b'{"a": 1}',
    "a key twice": b'{"a":1,"a":1}',
    "keys out of order": b'{"b":1,"a":1}',
    "a fraction": b"1.0",
    "an exponent": b"1e2",
    "minus nothing": b"-0",
    "beyond what all can count": b"9007199254740993",
    "beyond all": b"1" * 5000,
    "not a number": b"NaN",
    "half a character": b'"\\ud800"',
    "an escape that need not be": b'"\\u0041"',
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "a list": b"[]",
    "another table": b"{}",
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_such_file_is_said_to_be_none(name):
    for check in (verify, receipts.check_receipt):
        verdict = check(ODD[name])
        assert (verdict.ok, verdict.where, verdict.checked) == (False, "file", 0)


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("format", "jiacan.draw/2", "/format"),
        ("terms", None, "/terms"),
        ("commitment", "0", "/commitment"),
        ("rules", 1, "/rules"),
        ("seed", "0" * 63, "/seed"),
        ("tickets", {}, "/tickets"),
        ("tickets", [None], "/tickets/0"),
        ("public", {}, "/public"),
        ("more", 1, "file"),
    ],
)
def test_a_field_of_another_kind_is_named(field, value, where):
    assert verify(canonical({**json.loads(FILES["instant"]), field: value})).where == where


def test_a_truth_is_no_number():
    whole = json.loads(FILES["instant"])
    whole["tickets"][0]["card"] = True
    assert verify(canonical(whole)).where == "/tickets/0/card"


# --- receipts ---------------------------------------------------------------------------------------------


def test_every_ticket_of_a_draw_has_a_receipt_that_agrees_with_its_file():
    for file in (INSTANT, SCHEDULED):
        for place in range(len(file.tickets)):
            receipt = receipts.read(receipts.to_bytes(receipts.receipt_from(file, place)))
            receipts.check_against(receipt, file)


def test_a_receipt_that_was_handed_out_convicts_a_file_that_says_something_else():
    receipt = receipts.receipt_from(INSTANT, 5)
    log = list(INSTANT.tickets)
    log[5] = replace(log[5], result=Result(0, None, ""))
    for other, where in (
        (replace(INSTANT, tickets=tuple(log)), "/tickets/5"),
        (replace(INSTANT, tickets=tuple(log[:5])), "/tickets"),
        (SCHEDULED, "/terms"),
    ):
        with pytest.raises(DrawFlaw) as found:
            receipts.check_against(receipt, other)
        assert found.value.where == where


def test_a_receipt_says_nothing_of_the_seed_and_names_only_its_own_cards():
    text = RECEIPTS["guaranteed"].decode()
    assert SEED.hex() not in text
    assert [card["prize"] for card in json.loads(text)["cards"]] == ["", "cup"]


def test_the_commitment_is_the_hash_of_the_terms_as_they_are_published():
    terms = announce(instant(deck("day", 3, first=1)), SEED)
    assert commitment_of(terms) == sha256(canonical(to_json(terms)))
