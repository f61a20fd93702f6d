"""The settings pages: who may open each, what each does, and that all of it is in the audit."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import MAY, Actor, AuditQuery, Permission, Role
from jiacan.tenancy.models import AuditEntry
from tests.web.pages import member_of, shop_of, signed_in

pytestmark = pytest.mark.django_db

TEST = Actor("test", "test")
PAGES = {
    "settings-shop": Permission.MANAGE_SHOP,
    "settings-people": Permission.MANAGE_PEOPLE,
    "settings-roles": Permission.SEE_CAMPAIGNS,
    "settings-tokens": Permission.MANAGE_TOKENS,
    "settings-audit": Permission.SEE_AUDIT,
    "settings-audit-csv": Permission.SEE_AUDIT,
    "settings-audit-ndjson": Permission.SEE_AUDIT,
}
FORMS = {
    "settings-people-invite": {},
    "settings-people-withdraw": {"invitation_id": 1},
    "settings-people-role": {"person_id": 1},
    "settings-people-remove": {"person_id": 1},
    "settings-tokens-add": {},
    "settings-tokens-revoke": {"token_id": 1},
    "settings-audit-verify": {},
}
NEEDS = PAGES | {
    name: Permission.SEE_AUDIT
    if "audit" in name
    else Permission.MANAGE_TOKENS
    if "tokens" in name
    else Permission.MANAGE_PEOPLE
    for name in FORMS
}


@pytest.fixture
def shop():
    return shop_of("tea")


@pytest.fixture
def owner(shop):
    return signed_in(member_of(shop, Role.OWNER, email="li@tea.example", name="Li"))


def address(name, **rest):
    return reverse(name, kwargs={"shop": "tea", **rest})


def lines(shop):
    """The audit, oldest first: who did what to whom, before and after; without how the shop was made."""
    found = tenancy.search_audit(shop.id, AuditQuery())
    told = [(line.actor, line.action, line.subject, line.before, line.after) for line in reversed(found)]
    return [line for line in told if line[0] != "test"]


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_the_table_says_and_is_told_what_it_lacks(shop, role):
    client = signed_in(member_of(shop, role))
    for name, needed in PAGES.items():
        status = client.get(address(name)).status_code
        assert (name, status) == (name, 200 if needed in MAY[role] else 403)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_no_form_does_anything_for_a_role_that_may_not(shop, role):
    client = signed_in(member_of(shop, role))
    before = AuditEntry.objects.count()
    for name, rest in FORMS.items():
        if NEEDS[name] not in MAY[role]:
            assert (name, client.post(address(name, **rest)).status_code) == (name, 403)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("name", [*PAGES, *FORMS])
def test_another_shops_settings_do_not_exist(shop, name):
    stranger = signed_in(member_of(shop_of("coffee"), Role.OWNER, email="an@coffee.example"))
    call = stranger.get if name in PAGES else stranger.post
    assert call(address(name, **FORMS.get(name, {}))).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, *FORMS])
def test_whoever_has_not_signed_in_is_asked_to(shop, name):
    call = Client().get if name in PAGES else Client().post
    answer = call(address(name, **FORMS.get(name, {})))
    assert (answer.status_code, answer["Location"].startswith("/account/login/?next=/s/tea/")) == (302, True)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_not_sent_by_opening_its_address_nor_from_another_site(shop, name):
    person = member_of(shop, Role.OWNER)
    assert signed_in(person).get(address(name, **FORMS[name])).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    assert strict.post(address(name, **FORMS[name])).status_code == 403


# --- the shop ---------------------------------------------------------------------------------------------


def test_a_shop_is_renamed_and_told_time_in_another_zone(shop, owner):
    answer = owner.post(address("settings-shop"), {"name": "茶叶店", "zone": "Asia/Tokyo"}, follow=True)
    assert "茶叶店" in answer.text
    assert (tenancy.get_shop("tea").name, tenancy.get_shop("tea").zone.key) == ("茶叶店", "Asia/Tokyo")
    assert [line[:2] for line in lines(shop)] == [("li@tea.example", "shop changed")]


@pytest.mark.parametrize("wrong", [{"name": "", "zone": "Asia/Tokyo"}, {"name": "Tea", "zone": "Mars/Base"}])
def test_a_wrong_shop_is_refused_and_what_was_typed_stays(shop, owner, wrong):
    answer = owner.post(address("settings-shop"), wrong)
    assert 'role="alert"' in answer.text
    assert (tenancy.get_shop("tea"), lines(shop)) == (shop, [])


# --- people -----------------------------------------------------------------------------------------------


def test_an_invitation_shows_its_link_once_and_the_link_works(shop, owner):
    answer = owner.post(address("settings-people-invite"), {"email": "Wu@tea.example", "role": "finance"})
    link = answer.context["link"]
    assert (answer.status_code, link in answer.text, answer["Cache-Control"]) == (200, True, _NOT_KEPT)
    assert link not in owner.get(address("settings-people")).text
    assert "wu@tea.example" in owner.get(address("settings-people")).text
    assert Client().get(link).status_code == 200
    line = ("li@tea.example", "person invited", "wu@tea.example", None, {"role": "finance"})
    assert lines(shop) == [line]


_NOT_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"


def test_without_mail_nothing_is_sent_and_with_it_the_link_is(shop, owner, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    owner.post(address("settings-people-invite"), {"email": "wu@tea.example", "role": "finance"})
    assert mail.outbox == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer = owner.post(address("settings-people-invite"), {"email": "an@tea.example", "role": "analyst"})
    (sent,) = mail.outbox
    assert (sent.to, answer.context["link"] in sent.body) == (["an@tea.example"], True)


def test_someone_who_is_here_already_is_not_invited(shop, owner):
    answer = owner.post(address("settings-people-invite"), {"email": "li@tea.example", "role": "finance"})
    assert (answer.status_code, "at this shop already" in answer.text, lines(shop)) == (400, True, [])


def test_an_invitation_is_withdrawn(shop, owner):
    link = owner.post(address("settings-people-invite"), {"email": "wu@tea.example", "role": "finance"}).context[
        "link"
    ]
    (invitation,) = joining.open_invitations(shop.id, datetime.now(UTC))
    owner.post(address("settings-people-withdraw", invitation_id=invitation.id))
    assert Client().get(link).status_code == 410
    assert [line[1] for line in lines(shop)] == ["person invited", "invitation withdrawn"]


def test_a_role_is_changed_and_a_member_removed(shop, owner):
    wu = member_of(shop, Role.FINANCE, email="wu@tea.example")
    owner.post(address("settings-people-role", person_id=wu.pk), {"role": "analyst"})
    assert tenancy.find_membership(wu.pk, "tea").role is Role.ANALYST
    owner.post(address("settings-people-remove", person_id=wu.pk))
    assert tenancy.find_membership(wu.pk, "tea") is None
    assert lines(shop) == [
        ("li@tea.example", "role changed", "wu@tea.example", {"role": "finance"}, {"role": "analyst"}),
        ("li@tea.example", "member removed", "wu@tea.example", {"role": "analyst"}, None),
    ]
    assert tenancy.search_audit(shop.id, AuditQuery())[0].origin == "console 127.0.0.1"


def test_the_last_owner_is_told_why_they_stay(shop, owner):
    li = tenancy.find_person("li@tea.example")
    answer = owner.post(address("settings-people-remove", person_id=li.id), follow=True)
    assert "would be left without an owner" in answer.text
    assert (tenancy.find_membership(li.id, "tea").role, lines(shop)) == (Role.OWNER, [])


@pytest.mark.parametrize("number", [0, 10**18, 10**30])
def test_a_person_or_token_that_is_not_there_is_no_fault_of_ours(shop, owner, number):
    for name, key in [
        ("settings-people-remove", "person_id"),
        ("settings-people-withdraw", "invitation_id"),
        ("settings-tokens-revoke", "token_id"),
    ]:
        assert owner.post(address(name, **{key: number})).status_code == 302
    assert owner.post(address("settings-people-role", person_id=number), {"role": "analyst"}).status_code == 302
    assert lines(shop) == []


def test_an_unknown_role_changes_nothing(shop, owner):
    wu = member_of(shop, Role.FINANCE, email="wu@tea.example")
    owner.post(address("settings-people-role", person_id=wu.pk), {"role": "emperor"})
    assert (tenancy.find_membership(wu.pk, "tea").role, lines(shop)) == (Role.FINANCE, [])


def test_names_are_written_as_text_wherever_they_stand(shop, owner):
    member_of(shop, Role.FINANCE, email="wu@tea.example", name="<script>alert('wu')</script>")
    tenancy.update_shop(shop.id, name="Tea & <b>Co</b>", zone=shop.zone, actor=TEST)
    text = owner.get(address("settings-people")).text
    assert "<script>alert" not in text
    assert "<b>Co</b>" not in text
    assert "&amp;amp;" not in text


# --- tokens -----------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_works_until_it_is_revoked(shop, owner):
    asked = {"name": "till", "scopes": ["orders.send", "offers.quote"]}
    answer = owner.post(address("settings-tokens-add"), asked)
    secret = answer.context["secret"].value
    assert (answer.status_code, secret in answer.text, answer["Cache-Control"]) == (200, True, _NOT_KEPT)
    assert secret not in owner.get(address("settings-tokens")).text
    token = tenancy.find_token(secret, datetime.now(UTC))
    assert token.scopes == {Permission.SEND_ORDERS, Permission.QUOTE}
    owner.post(address("settings-tokens-revoke", token_id=token.id))
    assert tenancy.find_token(secret, datetime.now(UTC)) is None
    assert [line[1] for line in lines(shop)] == ["token made", "token revoked"]
    assert secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("wrong", [{"name": "till"}, {"name": "", "scopes": ["orders.send"]}, {"scopes": ["all"]}])
def test_a_token_without_name_or_known_scopes_is_not_made(shop, owner, wrong):
    assert owner.post(address("settings-tokens-add"), wrong).status_code == 400
    assert (tenancy.tokens_of(shop.id), lines(shop)) == ((), [])


# --- roles ------------------------------------------------------------------------------------------------


def test_the_table_of_roles_says_what_is_asked(owner):
    table = owner.get(address("settings-roles")).context["table"]
    shown = {(permission, role): may for permission, _, cells in table for role, may in cells}
    assert shown == {(permission, role): permission in MAY[role] for permission in Permission for role in Role}


# --- the audit --------------------------------------------------------------------------------------------


@pytest.fixture
def history(shop):
    """Lines with what a spreadsheet would run, and Chinese."""
    tenancy.audit(shop.id, actor=TEST, action="plan went live", subject="mugs", after={"version": 1})
    tenancy.audit(shop.id, actor=TEST, action="stock changed", subject='=HYPERLINK("x")', after={"units": 2})
    tenancy.audit(
        shop.id, actor=Actor("@wu", "-1"), action="role changed", subject="杯子", before={"role": "finance"}
    )
    return shop


def test_the_audit_is_searched_by_its_address(history, owner):
    def found(**asked):
        return [line.record.number for line in owner.get(address("settings-audit"), asked).context["lines"]]

    assert found() == [3, 2, 1]
    assert (found(text="杯"), found(actor="wu"), found(action="stock changed")) == ([3], [3], [2])
    assert (found(since="2000-01-01"), found(until="2000-01-01"), found(before="3")) == ([3, 2, 1], [], [2, 1])


@pytest.mark.parametrize("wrong", [{"since": "yesterday"}, {"before": "x"}, {"before": "-1"}, {"text": "x" * 300}])
def test_a_search_that_makes_no_sense_is_told_so(history, owner, wrong):
    answer = owner.get(address("settings-audit"), wrong)
    assert (answer.status_code, answer.context["lines"]) == (400, [])


def test_older_lines_are_loaded_page_by_page(shop, owner):
    for number in range(150):
        tenancy.audit(shop.id, actor=TEST, action="stock changed", subject=f"mug {number}")
    first = owner.get(address("settings-audit"), {"text": "mug"})
    older = owner.get(address("settings-audit"), {"text": "mug", "before": first.context["older_than"]})
    subjects = [line.record.subject for page in (first, older) for line in page.context["lines"]]
    assert subjects == [f"mug {number}" for number in reversed(range(150))]
    assert f"text=mug&amp;before={first.context['older_than']}" in first.text
    assert older.context["older_than"] is None


def test_the_export_as_csv_is_what_is_seen_and_runs_nothing(history, owner):
    answer = owner.get(address("settings-audit-csv"), {"actor": "wu"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["number"], row["actor"], row["origin"], row["subject"]) for row in rows] == [
        ("3", "'@wu", "-1", "杯子")
    ]
    everything = owner.get(address("settings-audit-csv")).getvalue().decode()
    assert ",\"'=HYPERLINK(" in everything
    assert answer["Content-Disposition"] == 'attachment; filename="audit-tea.csv"'


def test_the_export_as_ndjson_is_what_is_seen_and_can_be_checked(history, owner):
    answer = owner.get(address("settings-audit-ndjson"), {"text": "杯子"})
    (line,) = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    (record,) = tenancy.search_audit(history.id, AuditQuery(text="杯子"))
    assert (line["number"], line["before"], line["hash"]) == (3, {"role": "finance"}, record.hash)
    assert datetime.fromisoformat(line["at"]) == record.at


def test_checking_says_whether_the_chain_is_whole(history, owner):
    whole = owner.post(address("settings-audit-verify"))
    assert (whole.context["verdict"].broken_at, whole.context["verdict"].head in whole.text) == (None, True)
    assert "The audit is whole: all 3 lines" in whole.text


def test_an_auditor_reads_checks_and_exports_and_changes_nothing(history):
    auditor = signed_in(member_of(history, Role.AUDITOR))
    assert auditor.get(address("settings-audit")).context["may_export"]
    assert auditor.post(address("settings-audit-verify")).status_code == 200
    assert auditor.get(address("settings-people")).status_code == 403
