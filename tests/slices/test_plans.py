"""Plan files, templates, and versions that never change."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from jiacan.kernel.errors import FileUnreadable
from jiacan.plans import facade
from jiacan.plans.contracts.errors import (
    PlanHasErrors,
    PlanMoved,
    PlanVersionUnknown,
    StartOutOfRange,
    TemplateUnknown,
)
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.tenancy.models import AuditEntry
from tests.core.test_plan_base import BASE, edited

pytestmark = pytest.mark.django_db


def checked(text=BASE):
    return facade.check_text(text, source="plan.yaml")


def test_a_plan_file_is_read_and_checked(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(BASE, encoding="utf-8")
    plan = facade.read_plan(str(file))
    assert (plan.source, plan.text, plan.problems, plan.rules.plan_id) == (str(file), BASE, (), "spring")


def test_windows_line_ends_and_a_byte_order_mark_make_no_other_plan(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert facade.read_plan(str(file)).sha256 == checked().sha256


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("name: é".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"#" * 4_000_001)
    said = {}
    for name in ("missing.yaml", "", "latin.yaml", "large.yaml", "nul\0"):
        with pytest.raises(FileUnreadable) as caught:
            facade.read_plan(str(tmp_path / name))
        said[name] = str(caught.value.reason)
    assert said == {
        "missing.yaml": "there is no such file or folder; check the path",
        "": "it is a folder; name a file",
        "latin.yaml": "it is no text in UTF-8 (byte 7); save it as UTF-8",
        "large.yaml": "it is far larger than any plan",
        "nul\0": "no file can have such a name",
    }


@pytest.mark.parametrize("template", facade.templates())
@pytest.mark.parametrize("starts_on", [date(2026, 11, 11), date(2027, 1, 1) + timedelta(days=58), date(2028, 2, 29)])
def test_templates_check_clean_whenever_they_start(template, starts_on):
    plan = checked(facade.new_plan(template, starts_on))
    assert plan.problems == ()
    assert plan.document.phases["run"].days(plan.document.zone)[0] == starts_on


def test_an_unknown_template_and_an_impossible_start_are_named():
    with pytest.raises(TemplateUnknown) as unknown:
        facade.new_plan("nope", date(2026, 11, 11))
    with pytest.raises(StartOutOfRange) as impossible:
        facade.new_plan("order-bonus", date.max)
    assert str(unknown.value) == "There is no template nope; there are: order-bonus, price-effects."
    assert str(impossible.value) == "A campaign cannot start on 9999-12-31; give a day from 1971 to 2998."


def test_the_same_text_is_the_same_version():
    shop = tenancy.open_shop("tea")
    first = facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    again = facade.go_live(shop.id, checked(), actor=Actor("operator", "test"))
    assert (first.version, again) == (1, first)
    assert [(one.number, one.actor) for one in facade.find_versions(shop.id, "spring")] == [(1, "owner")]
    assert AuditEntry.objects.filter(action="plan went live").count() == 1


def test_a_changed_text_is_the_next_version_and_both_can_be_loaded():
    shop = tenancy.open_shop("tea")
    first = facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    second = facade.go_live(shop.id, checked(edited("amount: 900", "amount: 950")), actor=Actor("owner", "test"))
    assert (first.version, second.version) == (1, 2)
    assert facade.load_rules(shop.id, "spring", 1) == first
    assert facade.load_rules(shop.id, "spring", 2) == second
    assert facade.load_plan(shop.id, "spring", 1).text == BASE
    assert second == replace(first, version=2, budget=second.budget, reserve_minor=14_500)


def test_a_text_that_comes_back_after_another_is_a_new_version():
    shop = tenancy.open_shop("tea")
    facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    facade.go_live(shop.id, checked(edited("amount: 900", "amount: 950")), actor=Actor("owner", "test"))
    assert facade.go_live(shop.id, checked(), actor=Actor("owner", "test")).version == 3


def test_going_live_is_audited_with_what_was_and_what_is():
    shop = tenancy.open_shop("tea")
    facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    changed = checked(edited("amount: 900", "amount: 950"))
    facade.go_live(shop.id, changed, actor=Actor("operator", "test"), approver="owner@example.com")
    entries = AuditEntry.objects.order_by("id").values_list("actor", "subject", "before", "after")
    old, new = facade.find_versions(shop.id, "spring")
    assert list(entries) == [
        ("owner", "spring", None, {"version": 1, "sha256": old.sha256, "approved by": ""}),
        (
            "operator",
            "spring",
            {"version": 1, "sha256": old.sha256},
            {"version": 2, "sha256": new.sha256, "approved by": "owner@example.com"},
        ),
    ]
    assert (old.approver, new.approver) == ("", "owner@example.com")


def test_a_plan_with_errors_does_not_go_live():
    shop = tenancy.open_shop("tea")
    with pytest.raises(PlanHasErrors) as caught:
        facade.go_live(shop.id, checked(edited("units: 100", "units: many")), actor=Actor("owner", "test"))
    assert str(caught.value) == (
        "plan.yaml cannot go live before its errors are put right (1). "
        "Line 20, column 22: `many` is not a whole number. "
        "`jiacan plan check` lists them all."
    )
    assert facade.find_versions(shop.id, "spring") == ()


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [("currency", "CNY", "USD"), ("timezone", "Asia/Shanghai", "Asia/Tokyo"), ("shop", "tea", "coffee")],
)
def test_a_later_version_cannot_move(field, old, new):
    shop = tenancy.open_shop("tea")
    facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    with pytest.raises(PlanMoved) as caught:
        facade.go_live(shop.id, checked(edited(f"{field}: {old}", f"{field}: {new}")), actor=Actor("owner", "test"))
    assert (caught.value.field, caught.value.was, caught.value.now) == (field, old, new)
    assert len(facade.find_versions(shop.id, "spring")) == 1
    assert AuditEntry.objects.count() == 1


def test_another_shops_versions_are_not_seen():
    tea, coffee = tenancy.open_shop("tea"), tenancy.open_shop("coffee")
    facade.go_live(tea.id, checked(), actor=Actor("owner", "test"))
    assert facade.find_versions(coffee.id, "spring") == ()
    with pytest.raises(PlanVersionUnknown) as caught:
        facade.load_rules(coffee.id, "spring", 1)
    assert str(caught.value) == "Plan spring has no version 1 here; `jiacan run` makes a plan go live."


@pytest.mark.parametrize("change", ["UPDATE plans_planversion SET text = 'x'", "DELETE FROM plans_planversion"])
def test_a_version_never_changes(change):
    shop = tenancy.open_shop("tea")
    facade.go_live(shop.id, checked(), actor=Actor("owner", "test"))
    with pytest.raises(IntegrityError, match="never changes"), connection.cursor() as cursor:
        cursor.execute(change)


GO_LIVE = """
import sys
from jiacan.project import start, database
database.open_database()
from jiacan.plans import facade
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
plan = facade.read_plan(sys.argv[1])
print(facade.go_live(tenancy.get_shop("tea").id, plan, actor=Actor("process", "test")).version)
"""


def test_processes_that_go_live_at_once_with_one_text_make_one_version(test_database_url, tmp_path):
    shop = tenancy.open_shop("tea")
    file = tmp_path / "plan.yaml"
    file.write_text(BASE, encoding="utf-8")
    environment = os.environ | {"JIACAN_DATABASE_URL": test_database_url}
    command = [sys.executable, "-W", "ignore", "-c", GO_LIVE, str(file)]
    with ExitStack() as running:
        children = [
            running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
            for _ in range(4)
        ]
        assert [child.communicate()[0].strip() for child in children] == ["1"] * 4
    assert [child.returncode for child in children] == [0] * 4
    assert [one.number for one in facade.find_versions(shop.id, "spring")] == [1]
    assert AuditEntry.objects.filter(action="plan went live").count() == 1
