"""`jiacan draw` as people run it: a file, a receipt, and what is wrong with them in plain words."""

from __future__ import annotations

import json

import pytest

from jiacan.draws.core import receipts
from jiacan.draws.core.file import to_bytes
from tests.core.altered_draws import with_change
from tests.core.small_draws import INSTANT
from tests.slices.commands import jiacan, jiacan_json

WINNER = next(place for place, each in enumerate(INSTANT.tickets) if each.result.prize == "first")
WON = INSTANT.tickets[WINNER].ticket.id


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "lucky.json"
    path.write_bytes(to_bytes(INSTANT))
    return path


@pytest.fixture
def receipt(tmp_path):
    path = tmp_path / "ticket.json"
    path.write_bytes(receipts.to_bytes(receipts.receipt_from(INSTANT, WINNER)))
    return path


def altered(path, pointer):
    path.write_bytes(with_change(path.read_bytes(), pointer))


def test_a_file_that_kept_its_promise_is_said_to(file):
    commitment = json.loads(file.read_bytes())["commitment"]
    said = jiacan("draw", "verify", file, "--ticket", WON, "--commitment", commitment.upper())
    assert "Everything follows from what was promised: 22 tickets checked." in said
    assert f"Commitment: {commitment}." in said
    assert f"Ticket {WON}, number {WINNER + 1} of the log: first." in said


def test_a_changed_file_fails_and_says_where(file):
    altered(file, f"/tickets/{WINNER}/prize")
    said = jiacan("draw", "verify", file, code=1)
    assert f"does not hold. /tickets/{WINNER}/prize: ticket {WON} has another result by the seed and the log." in said
    assert f"{WINNER} tickets before it hold." in said


def test_what_a_changed_file_says_of_a_ticket_is_not_repeated(file):
    altered(file, f"/tickets/{WINNER}/prize")
    assert "of the log" not in jiacan("draw", "verify", file, "--ticket", WON, code=1)
    assert "does not hold" in jiacan("draw", "verify", file, "--ticket", "t99", code=1)


def test_a_file_with_another_promise_than_was_published_fails(file):
    assert "the file keeps another promise" in jiacan("draw", "verify", file, "--commitment", "0" * 64, code=1)


def test_machines_get_the_verdict_and_the_ticket(file):
    found = jiacan_json("draw", "verify", file, "--ticket", WON)
    assert (found["ok"], found["where"], found["why"], found["checked"]) == (True, "", None, 22)
    assert found["ticket"]["prize"] == "first"
    assert found["ticket"]["number"] == WINNER + 1


def test_what_cannot_be_read_or_found_is_said_in_words(file, tmp_path):
    assert "there is no such file" in jiacan("draw", "verify", tmp_path / "none.json", code=2)
    assert "The file has no ticket t99" in jiacan("draw", "verify", file, "--ticket", "t99", code=2)
    file.write_text("not json")
    assert "does not hold. file: it is not JSON from character 0 on." in jiacan("draw", "verify", file, code=1)


def test_a_receipt_is_checked_alone_and_against_its_file(file, receipt):
    said = jiacan("draw", "check-receipt", receipt)
    assert "The ticket is sealed at its place, and its cards were in the decks that were promised." in said
    assert f"Ticket {WON}, number {WINNER + 1} of the log: first." in said
    assert "The receipt and the file agree" in jiacan("draw", "check-receipt", receipt, "--file", file)


def test_a_receipt_that_does_not_hold_or_agree_fails(file, receipt):
    altered(file, f"/tickets/{WINNER}/prize")
    assert f"/tickets/{WINNER}" in jiacan("draw", "check-receipt", receipt, "--file", file, code=1)
    altered(receipt, "/cards/0/prize")
    said = jiacan("draw", "check-receipt", receipt, code=1)
    assert "does not hold. /cards/0: this card was not in the deck day-" in said
    assert "of the log" not in said
