"""Plans: reading and checking them, and making them go live as versions that never change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO

from django.db import transaction

from jiacan.draws.contracts.terms import Announced
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans import readers, store
from jiacan.plans.contracts.document import PlanDocument, Task, WorstCase
from jiacan.plans.contracts.errors import (
    BadPlanId,
    DraftMoved,
    DraftTaken,
    DraftUnknown,
    PlanHasErrors,
    PlanMoved,
    PlanVersionUnknown,
    StartOutOfRange,
    TemplateUnknown,
)
from jiacan.plans.contracts.versions import CheckedPlan, Difference, Draft, PlanVersion
from jiacan.plans.core.check import check
from jiacan.plans.core.compiling.draws import to_announced
from jiacan.plans.core.differences import differences as find_differences
from jiacan.plans.core.naming import address, is_plan_id, written_id
from jiacan.plans.core.schedule import schedule as order_tasks
from jiacan.plans.core.schema import to_schema
from jiacan.plans.core.templating import fill_dates
from jiacan.plans.core.worst_case import worst_cases as find_worst_cases
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor

PARSED_PLANS = 64
"""How many texts and versions a process keeps parsed."""

EARLIEST_START, LATEST_START = date(1971, 1, 1), date(2998, 12, 31)


def read_plan(path: str) -> CheckedPlan:
    """The plan in a file, checked.

    Raises:
        FileUnreadable: the file is not there, may not be read, or is no text.
    """
    return check_text(readers.read_text(path), source=path)


def text_in(stream: BinaryIO, source: str) -> str:
    """The text of a plan that comes as bytes; `source` is what messages call it.

    Raises:
        FileUnreadable: it is no text in UTF-8, or too large for a plan.
    """
    return readers.to_text(stream, source)


def id_in(text: str) -> str:
    """The id that a plan's text names, whatever else is wrong with it; empty where it names none."""
    return written_id(text)


def check_text(text: str, source: str) -> CheckedPlan:
    """The plan in a text, checked; `source` is what messages call it."""
    return replace(_check_once(text), source=source)


@lru_cache(maxsize=PARSED_PLANS)
def _check_once(text: str) -> CheckedPlan:
    """Nothing but the text bears on it, and a page that shows, checks and saves a draft asks three times."""
    return check(text, source="")


def templates() -> tuple[str, ...]:
    """The names of the plans to start from."""
    return readers.template_names()


def new_plan(template: str, starts_on: date) -> str:
    """The text of a commented plan to edit, for a campaign that runs from that day.

    Raises:
        TemplateUnknown: there is no such template.
        StartOutOfRange: its dates could not be written in a plan.
    """
    if not EARLIEST_START <= starts_on <= LATEST_START:
        raise StartOutOfRange(starts_on=starts_on)
    known = templates()
    if template not in known:
        raise TemplateUnknown(name=template, known=known)
    return fill_dates(readers.read_template(template), starts_on)


def addressed(text: str, *, plan_id: str, shop: str, timezone: str, currency: str) -> str:
    """A plan's text made that plan's at that shop; an empty zone or currency leaves the text's own."""
    return address(text, {"id": plan_id, "shop": shop, "timezone": timezone, "currency": currency})


def schema() -> dict[str, Any]:
    """The JSON Schema of the plan format, for editors."""
    return to_schema()


def schedule(document: PlanDocument) -> tuple[Task, ...]:
    """The tasks in the order in which they are done, each with its due day."""
    return order_tasks(document)


def worst_cases(document: PlanDocument, rules: PlanRules) -> tuple[WorstCase, ...]:
    """The most that each budget line can be asked for."""
    return find_worst_cases(document, rules)


def announced(checked: CheckedPlan, draw_id: str, *, version: int, rules: str) -> Announced:
    """What the draw of that plan announces before its first ticket; `rules` is their whole published text."""
    document = checked.document
    assert document is not None, "a plan with a draw that takes place has no errors"
    (draw,) = (draw for draw in document.draws if draw.id == draw_id)
    return to_announced(draw, plan_id=document.plan_id, version=version, zone=document.zone, rules=rules)


def go_live(shop_id: int, checked: CheckedPlan, *, actor: Actor, approver: str = "") -> PlanRules:
    """The rules of the version that this text is: the latest, or the next one where the text has changed.

    A text that comes back after another one is a new version: what is in force is always the last. The version
    keeps who brought it and who approved it.

    Raises:
        PlanHasErrors: the plan has errors.
        PlanMoved: an earlier version has another currency, time zone or shop.
    """
    if checked.rules is None:
        raise PlanHasErrors(source=checked.source, problems=checked.errors)
    rules = checked.rules
    with transaction.atomic():
        store.lock_plan(shop_id, rules.plan_id)
        versions = store.find_versions(shop_id, rules.plan_id)
        if versions and versions[-1].sha256 == checked.sha256:
            version = versions[-1]
        else:
            version = _add_version(shop_id, checked, rules, versions, actor=actor, approver=approver)
    return replace(rules, version=version.number)


def _add_version(
    shop_id: int,
    checked: CheckedPlan,
    rules: PlanRules,
    versions: Sequence[PlanVersion],
    *,
    actor: Actor,
    approver: str,
) -> PlanVersion:
    if versions:
        _refuse_moves(load_rules(shop_id, rules.plan_id, versions[-1].number), rules)
    version = store.add_version(
        shop_id,
        rules.plan_id,
        number=len(versions) + 1,
        text=checked.text,
        sha256=checked.sha256,
        actor=actor.name,
        approver=approver,
    )
    tenancy.audit(
        shop_id,
        actor=actor,
        action="plan went live",
        subject=rules.plan_id,
        before={"version": versions[-1].number, "sha256": versions[-1].sha256} if versions else None,
        after={"version": version.number, "sha256": version.sha256, "approved by": version.approver},
    )
    return version


def _refuse_moves(was: PlanRules, now: PlanRules) -> None:
    for field, before, after in (
        ("currency", was.currency, now.currency),
        ("timezone", was.zone.key, now.zone.key),
        ("shop", was.shop, now.shop),
    ):
        if before != after:
            raise PlanMoved(plan_id=now.plan_id, field=field, was=before, now=after)


def find_versions(shop_id: int, plan_id: str) -> tuple[PlanVersion, ...]:
    """The versions of the plan that went live, the first one first."""
    return store.find_versions(shop_id, plan_id)


def live_plans(shop_id: int) -> tuple[PlanVersion, ...]:
    """The version in force of every plan of the shop that went live, by plan id: its last."""
    return tuple(versions[-1] for versions in versions_by_plan(shop_id).values())


def versions_by_plan(shop_id: int) -> dict[str, tuple[PlanVersion, ...]]:
    """Every version of every plan of the shop that went live, by plan id, the first one first."""
    by_plan: dict[str, list[PlanVersion]] = {}
    for version in store.find_all_versions(shop_id):
        by_plan.setdefault(version.plan_id, []).append(version)
    return {plan_id: tuple(versions) for plan_id, versions in by_plan.items()}


def version_text(shop_id: int, plan_id: str, number: int) -> str:
    """The text of a version as it went live, also where this Jiacan no longer takes it.

    Raises:
        PlanVersionUnknown: no such version went live.
    """
    text = store.find_text(shop_id, plan_id, number)
    if text is None:
        raise PlanVersionUnknown(plan_id=plan_id, number=number)
    return text


def load_plan(shop_id: int, plan_id: str, version: int) -> CheckedPlan:
    """The plan as it went live in this version, its rules carrying the version.

    Raises:
        PlanVersionUnknown: no such version went live.
        PlanHasErrors: this Jiacan no longer takes what an earlier one took.
    """
    found = store.find_version(shop_id, plan_id, version)
    if found is None:
        raise PlanVersionUnknown(plan_id=plan_id, number=version)
    return plan_of(shop_id, found)


def plan_of(shop_id: int, version: PlanVersion) -> CheckedPlan:
    """The plan of a version that was found before; no query where this process has seen its text.

    Raises:
        PlanHasErrors: this Jiacan no longer takes what an earlier one took.
    """
    return _parse_once(version.sha256, shop_id, version.plan_id, version.number)


@lru_cache(maxsize=PARSED_PLANS)
def _parse_once(sha256: str, shop_id: int, plan_id: str, number: int) -> CheckedPlan:
    """A version never changes, so neither does this; the hash tells apart databases that a process has seen."""
    text = store.find_text(shop_id, plan_id, number)
    assert text is not None, f"version {number} of {plan_id} was found before ({sha256})"
    checked = check_text(text, source=f"{plan_id} version {number}")
    if checked.rules is None:
        raise PlanHasErrors(source=checked.source, problems=checked.errors)
    return replace(checked, rules=replace(checked.rules, version=number))


def rules_of(shop_id: int, version: PlanVersion) -> PlanRules:
    """The rules of a version that was found before; no query where this process has seen its text.

    Raises:
        PlanHasErrors: this Jiacan no longer takes what an earlier one took.
    """
    rules = plan_of(shop_id, version).rules
    assert rules is not None, "plan_of gives rules or raises"
    return rules


def load_rules(shop_id: int, plan_id: str, version: int) -> PlanRules:
    """The rules of a version that went live.

    Raises:
        PlanVersionUnknown: no such version went live.
        PlanHasErrors: this Jiacan no longer takes what an earlier one took.
    """
    rules = load_plan(shop_id, plan_id, version).rules
    assert rules is not None, "load_plan gives rules or raises"
    return rules


def find_drafts(shop_id: int) -> tuple[Draft, ...]:
    """Every plan being written at the shop, the last saved first."""
    return store.find_drafts(shop_id)


def find_draft(shop_id: int, plan_id: str) -> Draft | None:
    """The draft of the plan, if one is being written."""
    return store.find_draft(shop_id, plan_id)


def get_draft(shop_id: int, plan_id: str) -> Draft:
    """The draft of the plan.

    Raises:
        DraftUnknown: none is being written.
    """
    draft = store.find_draft(shop_id, plan_id)
    if draft is None:
        raise DraftUnknown(plan_id=plan_id)
    return draft


def begin_draft(shop_id: int, plan_id: str, text: str, *, actor: Actor) -> Draft:
    """Begin a plan that is not there yet.

    Raises:
        BadPlanId: no plan can have that id.
        DraftTaken: a plan of that id is being written or has gone live.
    """
    if not is_plan_id(plan_id):
        raise BadPlanId(plan_id=plan_id)
    with transaction.atomic():
        store.lock_plan(shop_id, plan_id)
        if store.find_draft(shop_id, plan_id) is not None or store.find_versions(shop_id, plan_id):
            raise DraftTaken(plan_id=plan_id)
        return store.put_draft(shop_id, plan_id, text, revision=1, saved_by=actor.name)


def save_draft(shop_id: int, plan_id: str, text: str, *, opened_revision: int, actor: Actor) -> Draft:
    """Save the draft that was opened at that revision; 0 where a live version was opened and no draft was there.

    Raises:
        DraftMoved: someone saved it since; it carries their text.
    """
    with transaction.atomic():
        store.lock_plan(shop_id, plan_id)
        kept = store.find_draft(shop_id, plan_id)
        revision = 0 if kept is None else kept.revision
        if kept is not None and kept.text == text:
            return kept
        if kept is not None and revision != opened_revision:
            raise DraftMoved(kept=kept)
        return store.put_draft(
            shop_id, plan_id, text, revision=max(revision, opened_revision) + 1, saved_by=actor.name
        )


def discard_draft(shop_id: int, plan_id: str, *, revision: int) -> None:
    """Stop writing the plan; what went live stays.

    Raises:
        DraftMoved: someone saved it since that revision; it stays.
    """
    with transaction.atomic():
        store.lock_plan(shop_id, plan_id)
        kept = store.find_draft(shop_id, plan_id)
        if kept is not None and kept.revision != revision:
            raise DraftMoved(kept=kept)
        store.delete_draft(shop_id, plan_id)


def differences(before: str, after: str) -> tuple[Difference, ...]:
    """What changed from one text of a plan to another, field by field; comments and order do not count."""
    return find_differences(before, after)
