"""From a draft to a live plan: one named approver, one answer, gates shown done, and the text that was asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from jiacan.campaigns.contracts.planning import (
    ApprovalMissing,
    ApprovalState,
    ApproverMayNot,
    DraftChanged,
    GatesOpen,
    OtherId,
    OtherShopsPlan,
    TaskState,
)
from jiacan.campaigns.facade import planning, tasks
from jiacan.kernel.errors import JiacanError
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import DraftMoved, DraftUnknown, PlanHasErrors
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery, Role
from jiacan.tenancy.models import Member, Person
from tests.slices.histories import PLAN

PLAN_ID = "order-bonus-2011"
TEXT = PLAN.read_text()
NO_GATES = TEXT.replace(", gate: true", "")
AT = datetime(2026, 11, 1, tzinfo=UTC)
ANN = Actor("ann@example.com", "console 203.0.113.9")


@pytest.fixture
def shop(db):
    return tenancy.open_shop("gifts")


def member(shop, role, email):
    person = Person.objects.create(email=email)
    Member.objects.create(shop_id=shop.id, person=person, role=role)
    return next(each for each in tenancy.members_of(shop.id) if each.person.email == email)


def ask(shop, approver, *, revision=1):
    return planning.ask_approval(
        shop, PLAN_ID, revision=revision, approver_id=approver.person.id, note="please", actor=ANN, at=AT
    )


def approve(shop, approver, *, without_gates=""):
    return planning.approve(
        shop,
        PLAN_ID,
        approver=approver,
        actor=Actor(approver.person.email, "console"),
        without_gates=without_gates,
        note="",
        at=AT,
    )


def decline(shop, approver, note="no"):
    actor = Actor(approver.person.email, "console")
    planning.decline(shop, PLAN_ID, approver=approver, actor=actor, note=note)


def draft(shop, text=NO_GATES):
    return plans.begin_draft(shop.id, PLAN_ID, text, actor=ANN)


def states(shop):
    return [each.state for each in planning.find_approvals(shop.id, PLAN_ID)]


def live(shop):
    return [each.number for each in plans.find_versions(shop.id, PLAN_ID)]


def test_the_named_person_lets_it_go_live_and_the_version_says_who(shop):
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    asked = ask(shop, owner)
    assert planning.find_waiting_for(shop.id, owner.person.id) == (asked,)
    assert approve(shop, owner).version == 1
    (version,) = plans.find_versions(shop.id, PLAN_ID)
    assert (version.actor, version.approver) == ("owner@example.com", "owner@example.com")
    assert (plans.find_draft(shop.id, PLAN_ID), states(shop)) == (None, [ApprovalState.APPROVED])
    assert planning.find_waiting_for(shop.id, owner.person.id) == ()
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="plan went live"))
    assert line.after["approved by"] == "owner@example.com"


def test_another_persons_request_cannot_be_answered(shop):
    draft(shop)
    owner, other = (member(shop, Role.OWNER, f"{name}@example.com") for name in ("owner", "other"))
    ask(shop, owner)
    for answer in (approve, decline):
        with pytest.raises(ApprovalMissing):
            answer(shop, other)
    assert (live(shop), states(shop)) == ([], [ApprovalState.ASKED])


def test_another_shops_request_cannot_be_answered(shop):
    draft(shop)
    ask(shop, member(shop, Role.OWNER, "owner@example.com"))
    toys = tenancy.open_shop("toys")
    with pytest.raises(ApprovalMissing):
        approve(toys, member(toys, Role.OWNER, "toys@example.com"))
    assert states(shop) == [ApprovalState.ASKED]


def test_nobody_is_asked_who_may_not_let_plans_go_live(shop):
    draft(shop)
    marketing = member(shop, Role.MARKETING, "marketing@example.com")
    toys = tenancy.open_shop("toys")
    stranger = member(toys, Role.OWNER, "toys@example.com")
    for person in (marketing, stranger):
        with pytest.raises(ApproverMayNot):
            ask(shop, person)
    assert states(shop) == []


def test_an_approver_who_lost_the_role_since_may_not_answer_yes(shop):
    draft(shop)
    member(shop, Role.OWNER, "owner@example.com")
    operations = member(shop, Role.OPERATIONS, "operations@example.com")
    ask(shop, operations)
    tenancy.set_role(shop.id, operations.person.id, Role.MARKETING, actor=ANN)
    (now,) = (each for each in tenancy.members_of(shop.id) if each.person.id == operations.person.id)
    with pytest.raises(ApproverMayNot):
        approve(shop, now)
    assert (live(shop), states(shop)) == ([], [ApprovalState.ASKED])


def test_a_text_that_was_saved_again_is_not_approved_with_the_old_request(shop):
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, owner)
    plans.save_draft(shop.id, PLAN_ID, NO_GATES + "# more\n", opened_revision=1, actor=ANN)
    with pytest.raises(DraftChanged):
        approve(shop, owner)
    with pytest.raises(DraftChanged):
        ask(shop, owner, revision=1)
    assert (live(shop), states(shop)) == ([], [ApprovalState.ASKED])
    ask(shop, owner, revision=2)
    assert states(shop) == [ApprovalState.ASKED, ApprovalState.WITHDRAWN]
    approve(shop, owner)
    assert live(shop) == [1]


def test_open_gates_keep_a_plan_from_going_live_until_they_are_shown_done(shop):
    draft(shop, TEXT)
    operations = member(shop, Role.OPERATIONS, "operations@example.com")
    ask(shop, operations)
    gates = [task for task in plans.check_text(TEXT, "x").document.tasks if task.gate]
    for gate in gates:
        with pytest.raises(GatesOpen):
            approve(shop, operations)
        document = planning.open_plan(shop, PLAN_ID).checked.document
        tasks.take_step(shop.id, document, gate.id, state=TaskState.DONE, evidence="list 7", actor=ANN)
    assert live(shop) == []
    approve(shop, operations)
    assert live(shop) == [1]
    assert tenancy.search_audit(shop.id, AuditQuery(action="went live with gates open")) == ()


def test_only_an_owner_goes_live_with_gates_open_and_only_with_a_reason(shop):
    draft(shop, TEXT)
    operations = member(shop, Role.OPERATIONS, "operations@example.com")
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, operations)
    with pytest.raises(GatesOpen):
        approve(shop, operations, without_gates="in a hurry")
    ask(shop, owner)
    with pytest.raises(GatesOpen):
        approve(shop, owner, without_gates="  ")
    approve(shop, owner, without_gates="counted by phone")
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="went live with gates open"))
    assert (line.actor, line.after["reason"]) == ("owner@example.com", "counted by phone")


def test_what_was_declined_cannot_be_approved_and_says_why(shop):
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, owner)
    decline(shop, owner, "too many mugs")
    with pytest.raises(ApprovalMissing):
        approve(shop, owner)
    (one,) = planning.find_approvals(shop.id, PLAN_ID)
    assert (one.state, one.answer, live(shop)) == (ApprovalState.DECLINED, "too many mugs", [])
    assert plans.get_draft(shop.id, PLAN_ID).revision == 1


def test_discarding_a_draft_withdraws_its_request(shop):
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, owner)
    with pytest.raises(DraftMoved):
        planning.discard(shop, PLAN_ID, revision=7, actor=ANN)
    planning.discard(shop, PLAN_ID, revision=1, actor=ANN)
    assert states(shop) == [ApprovalState.WITHDRAWN]
    with pytest.raises(ApprovalMissing):
        approve(shop, owner)
    with pytest.raises(DraftUnknown):
        planning.discard(shop, PLAN_ID, revision=1, actor=ANN)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nonsense", PlanHasErrors),
        (NO_GATES.replace("shop: gifts", "shop: toys"), OtherShopsPlan),
        (NO_GATES.replace(PLAN_ID, "other"), OtherId),
    ],
)
def test_a_text_that_cannot_go_live_is_put_to_nobody(shop, text, error):
    draft(shop, text)
    with pytest.raises(error):
        ask(shop, member(shop, Role.OWNER, "owner@example.com"))
    assert states(shop) == []


def at_once(*calls):
    together = Barrier(len(calls))

    def run(call):
        together.wait()
        try:
            return call()
        except JiacanError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_two_yeses_at_once_make_one_version(test_database_url):
    shop = tenancy.open_shop("gifts")
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, owner)
    answers = at_once(*[lambda: approve(shop, owner)] * 2)
    assert sorted(isinstance(each, type) for each in answers) == [False, True]
    assert ApprovalMissing in answers
    assert live(shop) == [1]


def test_a_yes_and_a_no_at_once_leave_one_answer(test_database_url):
    shop = tenancy.open_shop("gifts")
    draft(shop)
    owner = member(shop, Role.OWNER, "owner@example.com")
    ask(shop, owner)
    answers = at_once(lambda: approve(shop, owner), lambda: decline(shop, owner))
    assert ApprovalMissing in answers
    assert (states(shop), live(shop)) in (([ApprovalState.APPROVED], [1]), ([ApprovalState.DECLINED], []))


def test_two_requests_at_once_leave_one_open(test_database_url):
    shop = tenancy.open_shop("gifts")
    draft(shop)
    owner, other = (member(shop, Role.OWNER, f"{name}@example.com") for name in ("owner", "other"))
    at_once(lambda: ask(shop, owner), lambda: ask(shop, other))
    assert sorted(states(shop)) == [ApprovalState.ASKED, ApprovalState.WITHDRAWN]
