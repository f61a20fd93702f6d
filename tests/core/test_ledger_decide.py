"""Worked examples of every outcome and every fact."""

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.ledger.contracts import (
    AccountKey,
    Applied,
    Balance,
    BelowFloor,
    Duplicate,
    Expire,
    Fate,
    Group,
    Hold,
    HoldClosed,
    HoldTooSmall,
    KeyReused,
    Move,
    NotYetExpired,
    Post,
    Refused,
    Reverse,
    UnknownHold,
    Void,
)
from jiacan.ledger.core.decide import Delta, decide

AT = datetime(2011, 11, 14, tzinfo=UTC)
LATER = AT + timedelta(days=30)

STOCK = AccountKey("plan/stock/mug", "mug")
ANNA = AccountKey("customer/anna", "mug")
C2 = AccountKey("customer/c2", "mug")
POINTS = AccountKey("customer/anna", "points")
OPENING = {STOCK: Balance(10, 0, 0), ANNA: Balance(0, 0, 0), C2: Balance(0, 0, None)}


def move(key, amount, *, debit=STOCK, credit=ANNA, at=AT):
    return Move(key, debit, credit, amount, at)


def hold(key, amount, *, expires_at=None):
    return Hold(key, STOCK, ANNA, amount, AT, expires_at)


def settle(*groups, opening=OPENING, earlier=()):
    """Decide; a group may be written as its only entry."""
    whole = [group if isinstance(group, tuple) else (group,) for group in groups]
    return decide(opening, earlier, [Group(entries) for entries in whole])


def test_a_move_leaves_the_debit_and_reaches_the_credit():
    decision = settle(move("m", 3))
    assert decision.outcomes == (Applied(),)
    assert decision.deltas == {STOCK: Delta(-3, 0), ANNA: Delta(3, 0)}
    assert [transfer.key for transfer in decision.transfers] == ["m"]


def test_a_hold_moves_nothing_and_lowers_what_can_be_taken():
    decision = settle(hold("h", 8), move("m", 3))
    assert decision.outcomes == (Applied(), Refused(BelowFloor(STOCK, asked=3, available=2)))
    assert decision.deltas == {STOCK: Delta(0, 8)}


def test_a_posted_hold_moves_all_of_it():
    assert settle(hold("h", 4), Post("p", "h", AT)).deltas == {STOCK: Delta(-4, 0), ANNA: Delta(4, 0)}


def test_a_hold_posted_in_part_frees_the_rest():
    decision = settle(hold("h", 10), Post("p", "h", AT, amount=4), move("m", 6))
    assert decision.outcomes == (Applied(), Applied(), Applied())
    assert decision.deltas == {STOCK: Delta(-10, 0), ANNA: Delta(10, 0)}


@pytest.mark.parametrize("release", [Void("v", "h", AT), Expire("x", "h", LATER)])
def test_a_hold_let_go_is_free_again(release):
    decision = settle(hold("h", 10, expires_at=LATER), release, move("m", 10))
    assert decision.outcomes == (Applied(), Applied(), Applied())
    assert decision.deltas == {STOCK: Delta(-10, 0), ANNA: Delta(10, 0)}


def test_a_reversal_is_a_new_transfer_the_other_way():
    decision = settle(move("m", 3), Reverse("r", "m", AT))
    assert decision.outcomes == (Applied(), Applied())
    assert decision.deltas == {}
    assert [(t.key, t.debit, t.credit, t.amount) for t in decision.transfers] == [
        ("m", STOCK, ANNA, 3),
        ("r", ANNA, STOCK, 3),
    ]


def test_what_was_posted_from_a_hold_can_be_reversed_by_the_key_of_the_posting():
    decision = settle(hold("h", 5), Post("p", "h", AT, amount=2), Reverse("r", "p", AT))
    assert decision.outcomes == (Applied(), Applied(), Applied())
    assert decision.deltas == {}


def test_a_reversal_is_refused_when_the_credit_has_spent_it():
    decision = settle(move("m", 3), move("n", 2, debit=ANNA, credit=C2), Reverse("r", "m", AT))
    assert decision.outcomes[2] == Refused(BelowFloor(ANNA, asked=3, available=1))


def test_an_account_without_a_floor_gives_without_bound():
    assert settle(move("m", 99, debit=C2)).outcomes == (Applied(),)


def test_the_floor_itself_can_be_reached_and_not_passed():
    opening = {STOCK: Balance(5, 0, -5), ANNA: Balance(0, 0, 0)}
    assert settle(move("m", 10), opening=opening).outcomes == (Applied(),)
    assert settle(move("m", 11), opening=opening).outcomes == (Refused(BelowFloor(STOCK, asked=11, available=10)),)


def test_a_group_that_fails_at_its_end_leaves_nothing_behind():
    group = (hold("h", 4), Post("p", "h", AT, amount=1), move("m", 1), move("n", 9))
    decision = settle(group, move("m", 10))
    assert decision.outcomes == (Refused(BelowFloor(STOCK, asked=9, available=8)), Applied())
    assert [(t.key, t.amount) for t in decision.transfers] == [("m", 10)]
    assert decision.deltas == {STOCK: Delta(-10, 0), ANNA: Delta(10, 0)}


def test_a_hold_whose_closing_was_taken_back_is_open_still():
    decision = settle(hold("h", 4), (Void("v", "h", AT), move("m", 11)), Post("p", "h", AT))
    assert decision.outcomes == (Applied(), Refused(BelowFloor(STOCK, asked=11, available=10)), Applied())


def test_a_group_may_spend_what_it_has_just_received():
    decision = settle((move("m", 10), move("n", 10, debit=ANNA, credit=C2)))
    assert decision.outcomes == (Applied(),)
    assert decision.deltas == {STOCK: Delta(-10, 0), C2: Delta(10, 0)}


def test_a_group_in_the_other_order_is_refused_although_its_sum_would_fit():
    decision = settle((move("n", 10, debit=ANNA, credit=C2), move("m", 10)))
    assert decision.outcomes == (Refused(BelowFloor(ANNA, asked=10, available=0)),)
    assert decision.transfers == ()


def test_the_second_time_is_a_duplicate_and_moves_nothing():
    first = settle((move("m", 3), hold("h", 4)))
    again = settle((move("m", 3), hold("h", 4)), earlier=first.transfers)
    assert (again.outcomes, again.transfers, again.deltas) == ((Duplicate(),), (), {})


def test_the_second_time_may_tell_another_time():
    first = settle(move("m", 3))
    assert settle(move("m", 3, at=LATER), earlier=first.transfers).outcomes == (Duplicate(),)


def test_a_posting_again_is_a_duplicate_whether_it_names_the_whole_or_not():
    first = settle(hold("h", 4), Post("p", "h", AT))
    assert settle(Post("p", "h", AT, amount=4), earlier=first.transfers).outcomes == (Duplicate(),)
    assert settle(Post("p", "h", AT, amount=3), earlier=first.transfers).outcomes == (Refused(KeyReused("p")),)


@pytest.mark.parametrize(
    "other",
    [
        move("k", 4),
        move("k", 3, credit=C2),
        move("k", 3, debit=C2),
        hold("k", 3),
        Post("k", "h", AT),
        Reverse("k", "nothing", AT),
    ],
)
def test_a_key_used_for_something_else_is_refused(other):
    first = settle(move("k", 3), hold("h", 1))
    again = settle(other, earlier=first.transfers)
    assert (again.outcomes, again.transfers) == ((Refused(KeyReused("k")),), ())


def test_a_group_of_old_and_new_entries_is_refused():
    first = settle(move("m", 1))
    again = settle((move("n", 1), move("m", 1)), earlier=first.transfers)
    assert (again.outcomes, again.transfers) == ((Refused(KeyReused("m")),), ())


def test_a_key_twice_in_one_group_is_refused():
    decision = settle((move("m", 1), move("m", 1)))
    assert (decision.outcomes, decision.transfers) == ((Refused(KeyReused("m")),), ())


def test_a_refused_key_is_free_for_another_try():
    decision = settle(move("m", 11), move("m", 10))
    assert decision.outcomes == (Refused(BelowFloor(STOCK, asked=11, available=10)), Applied())


@pytest.mark.parametrize(
    "entry",
    [
        Post("a", "none", AT),
        Void("a", "none", AT),
        Expire("a", "none", AT),
        Reverse("a", "none", AT),
        Post("a", "m", AT),
        Void("a", "m", AT),
        Expire("a", "m", AT),
        Reverse("a", "h", AT),
        Reverse("a", "v", AT),
    ],
)
def test_there_must_be_a_hold_to_close_and_something_moved_to_reverse(entry):
    target = entry.move_key if isinstance(entry, Reverse) else entry.hold_key
    decision = settle(move("m", 1), hold("h", 1), hold("g", 1), Void("v", "g", AT), entry)
    assert decision.outcomes[-1] == Refused(UnknownHold(target))


@pytest.mark.parametrize(
    ("closing", "fate"),
    [
        (Post("c", "h", AT), Fate.POSTED),
        (Void("c", "h", AT), Fate.VOIDED),
        (Expire("c", "h", LATER), Fate.EXPIRED),
    ],
)
@pytest.mark.parametrize("again", [Post("d", "h", AT, amount=99), Void("d", "h", AT), Expire("d", "h", AT)])
def test_a_hold_is_closed_once(closing, fate, again):
    first = settle(hold("h", 2, expires_at=LATER), closing)
    assert settle(again, earlier=first.transfers).outcomes == (Refused(HoldClosed("h", fate)),)


def test_a_move_is_reversed_once():
    decision = settle(move("m", 1), Reverse("r", "m", AT), Reverse("s", "m", AT))
    assert decision.outcomes[2] == Refused(HoldClosed("m", Fate.REVERSED))


def test_more_than_is_held_cannot_be_posted():
    decision = settle(hold("h", 2), Post("p", "h", AT, amount=3))
    assert decision.outcomes[1] == Refused(HoldTooSmall("h", asked=3, held=2))


def test_a_hold_does_not_expire_before_its_time_nor_without_one():
    early = Expire("x", "h", LATER - timedelta(microseconds=1))
    assert settle(hold("h", 2, expires_at=LATER), early).outcomes[1] == Refused(NotYetExpired("h", LATER))
    assert settle(hold("h", 2), Expire("x", "h", LATER)).outcomes[1] == Refused(NotYetExpired("h", None))


def test_an_overdue_hold_can_be_posted_until_it_is_expired():
    assert settle(hold("h", 2, expires_at=AT), Post("p", "h", LATER)).outcomes[1] == Applied()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (move("m", 0), "for 0"),
        (move("m", -1), "for -1"),
        (Post("p", "h", AT, amount=0), "posts 0"),
        (move("m", 1, credit=STOCK), "to itself"),
        (move("m", 1, credit=POINTS), "turns mug into points"),
    ],
)
def test_an_entry_that_makes_no_sense_is_a_fault_of_the_program(entry, reason):
    with pytest.raises(ValueError, match=reason):
        settle(entry)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (BelowFloor(STOCK, asked=3, available=2), "plan/stock/mug has 2 mug left and 3 were asked for."),
        (UnknownHold("h"), "There is no transfer h to act on."),
        (HoldClosed("h", Fate.POSTED), "Transfer h is already posted; to undo it, reverse the posting."),
        (HoldClosed("h", Fate.VOIDED), "Transfer h is already voided."),
        (HoldClosed("h", Fate.EXPIRED), "Transfer h has already expired."),
        (HoldClosed("m", Fate.REVERSED), "Transfer m is already reversed."),
        (HoldTooSmall("h", asked=3, held=2), "Transfer h holds 2; 3 cannot be posted."),
        (NotYetExpired("h", None), "Transfer h has not expired."),
        (KeyReused("k"), "The key k was used before for something else; give each transfer its own key."),
    ],
)
def test_every_fact_says_what_is_wrong(fact, words):
    assert str(fact.message()) == words
