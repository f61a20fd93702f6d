"""The tasks of a campaign: where they stand, who is late, and what shows that a gate is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jiacan.campaigns.contracts.planning import TaskState
from jiacan.campaigns.core.tasks import open_gates, to_cards
from jiacan.campaigns.core.timeline import timeline
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, AuditQuery, Role
from tests.slices.histories import PLAN
from tests.web.pages import member_of, shop_of, signed_in

ACTOR = Actor("owner@example.com", "test")
TASKS = "/s/gifts/campaigns/order-bonus-2011/tasks"


@pytest.fixture
def shop(db):
    made = shop_of("gifts", zone="Europe/London", currency="GBP")
    plans.begin_draft(made.id, "order-bonus-2011", PLAN.read_text(), actor=ACTOR)
    return made


def test_a_task_moves_over_the_board_and_every_step_stays(shop):
    client = signed_in(member_of(shop, Role.WAREHOUSE))
    client.post(f"{TASKS}/posters/step", {"state": "doing", "evidence": ""})
    client.post(f"{TASKS}/posters/step", {"state": "done", "evidence": "hung up"})
    board = client.get(TASKS).context["columns"]
    assert {column.state: "posters" in {card.task.id for card in column.cards} for column in board} == {
        TaskState.TO_DO: False,
        TaskState.DOING: False,
        TaskState.DONE: True,
    }
    steps = client.get(f"{TASKS}/posters").context["steps"]
    assert [(step.state, step.evidence) for _, step in steps] == [("doing", ""), ("done", "hung up")]


def test_a_gate_is_not_done_without_evidence_and_its_steps_are_audited(shop):
    client = signed_in(member_of(shop, Role.WAREHOUSE))
    answer = client.post(f"{TASKS}/stocktake/step", {"state": "done", "evidence": "  "}, follow=True)
    assert "Full stocktake is a gate" in answer.content.decode()
    assert tenancy.search_audit(shop.id, AuditQuery(action="gate changed")) == ()
    client.post(f"{TASKS}/stocktake/step", {"state": "done", "evidence": "counted, list 7"})
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="gate changed"))
    assert (line.subject, line.after) == (
        "order-bonus-2011/stocktake",
        {"state": "done", "evidence": "counted, list 7"},
    )


def test_only_one_owners_tasks_are_shown_when_the_address_asks(shop):
    client = signed_in(member_of(shop, Role.WAREHOUSE))
    columns = client.get(f"{TASKS}?owner=finance").context["columns"]
    assert [card.task.id for column in columns for card in column.cards] == ["settle"]


def test_a_task_that_the_plan_does_not_have_is_not_found(shop):
    client = signed_in(member_of(shop, Role.WAREHOUSE))
    assert client.get(f"{TASKS}/nothing").status_code == 404
    assert client.post(f"{TASKS}/nothing/step", {"state": "done"}).status_code == 404
    assert client.post(f"{TASKS}/posters/step", {"state": "gone"}).status_code == 404


def test_a_plan_without_tasks_teaches_what_belongs_here(shop):
    text = PLAN.read_text()
    plans.begin_draft(shop.id, "bare", text[: text.index("tasks:")].replace("order-bonus-2011", "bare"), actor=ACTOR)
    page = signed_in(member_of(shop, Role.ANALYST)).get("/s/gifts/campaigns/bare/tasks").content.decode()
    assert "No tasks yet" in page


def test_a_task_is_late_after_its_day_and_waits_for_what_it_needs():
    document = plans.check_text(PLAN.read_text(), "plan.yaml").document
    tasks = plans.schedule(document)
    posters = next(task for task in tasks if task.id == "posters")
    before, after = (
        {card.task.id: card for card in to_cards(tasks, (), at)}
        for at in (posters.due_by - timedelta(seconds=1), posters.due_by)
    )
    assert (before["posters"].late, after["posters"].late) == (False, True)
    assert [name.en for name in before["posters"].waits_for] == ["Name the team"]
    assert [name.en for name in open_gates(after.values())] == ["Training and test", "Full stocktake"]


def test_the_line_of_time_holds_every_phase_and_due_day():
    document = plans.check_text(PLAN.read_text(), "plan.yaml").document
    cards = to_cards(plans.schedule(document), (), datetime(2011, 11, 14, tzinfo=UTC))
    line = timeline(document.phases, cards, datetime(2011, 11, 14, tzinfo=UTC))
    assert line.whole.starts_at == document.phases["prepare"].starts_at
    assert sum(stretch.length for stretch in line.stretches) == pytest.approx(100, abs=0.1)
    assert all(0 <= place <= 100 for place in line.due.values())
    assert line.now == pytest.approx(52.0, abs=1)
    assert timeline({}, (), datetime(2011, 11, 14, tzinfo=UTC)) is None


def test_the_board_reads_well(transactional_db, shop, pages):
    person = member_of(shop, Role.OPERATIONS)
    signed_in(person).post(f"{TASKS}/team/step", {"state": "done", "evidence": "named"})
    for name, address in (("tasks", TASKS), ("task", f"{TASKS}/stocktake")):
        pages.shoot(pages.read(address, person=person), name)
