"""People come by the first link or by invitation; roles change; a shop keeps an owner; all of it is audited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jiacan.tenancy import facade, joining
from jiacan.tenancy.contracts import (
    Actor,
    AuditQuery,
    BadShopName,
    LastOwner,
    LinkSpent,
    MemberAlready,
    NoSuchMember,
    PeopleExist,
    Permission,
    Role,
    Shop,
)
from jiacan.tenancy.models import Invitation as InvitationRow
from jiacan.tenancy.models import Person as PersonRow
from jiacan.tenancy.models import SignInLink as LinkRow
from jiacan.tenancy.store import people

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, tzinfo=UTC)
LI = Actor("li@tea.example", "console 10.0.0.7")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = {"email": " Li@Tea.example", "name": "Li", "password_hash": "hash", "at": AT, "origin": "console 10.0.0.7"}


def make_owner(secret, **changed):
    return joining.make_owner(secret, **{**FIRST, "shop_slug": "tea", "zone": SHANGHAI, **changed})


@pytest.fixture
def li():
    """The owner of tea."""
    return make_owner(joining.new_sign_in_link(None, at=AT, minutes=60).value)


@pytest.fixture
def tea(li):
    return facade.get_shop("tea")


def join(shop, email, role):
    _, secret = joining.invite(shop.id, email=email, role=role, actor=LI, at=AT)
    return joining.accept_invitation(secret.value, name="", password_hash="hash", at=AT, origin="console")


def lines(shop):
    """The audit, oldest first: who did what to whom, before and after."""
    found = facade.search_audit(shop.id, AuditQuery())
    return [(line.actor, line.action, line.subject, line.before, line.after) for line in reversed(found)]


# --- shops ------------------------------------------------------------------------------------------------


def test_a_new_shop_goes_by_its_short_name_and_utc_until_told_otherwise():
    shop = facade.open_shop("gifts")
    assert shop == Shop(shop.id, "gifts", "gifts", ZoneInfo("UTC"), "")


def test_a_zone_and_a_currency_are_filled_in_once():
    facade.open_shop("gifts")
    first = facade.open_shop("gifts", zone=ZoneInfo("Europe/London"), currency="GBP")
    second = facade.open_shop("gifts", zone=SHANGHAI, currency="CNY")
    assert (first.zone.key, first.currency, second) == ("Europe/London", "GBP", first)


def test_a_changed_shop_is_audited_and_an_unchanged_one_is_not(tea):
    before = lines(tea)
    changed = facade.update_shop(tea.id, name="茶叶店", zone=SHANGHAI, actor=LI)
    facade.update_shop(tea.id, name="茶叶店", zone=SHANGHAI, actor=LI)
    assert (changed.name, facade.get_shop("tea")) == ("茶叶店", changed)
    zone = {"zone": "Asia/Shanghai"}
    line = ("li@tea.example", "shop changed", "tea", {"name": "tea", **zone}, {"name": "茶叶店", **zone})
    assert lines(tea)[len(before) :] == [line]


# --- the first owner --------------------------------------------------------------------------------------


def test_the_first_link_makes_an_owner_of_a_new_shop(li, tea):
    assert (li.email, li.name, facade.has_people()) == ("li@tea.example", "Li", True)
    assert facade.find_membership(li.id, "tea").role is Role.OWNER
    assert (tea.slug, tea.zone) == ("tea", SHANGHAI)
    assert lines(tea) == [("li@tea.example", "first owner made", "li@tea.example", None, {"role": "owner"})]


def test_the_first_owner_owns_the_shops_that_are_there_already():
    facade.open_shop("gifts")
    li = make_owner(joining.new_sign_in_link(None, at=AT, minutes=60).value)
    assert [(one.shop.slug, one.role) for one in facade.memberships_of(li.id)] == [
        ("gifts", Role.OWNER),
        ("tea", Role.OWNER),
    ]


def test_there_is_no_second_first_owner():
    links = [joining.new_sign_in_link(None, at=AT, minutes=60).value for _ in range(2)]
    make_owner(links[0])
    assert not joining.owner_link_is_open(links[1], AT)
    with pytest.raises(PeopleExist):
        make_owner(links[1], email="wu@tea.example")
    with pytest.raises(PeopleExist):
        joining.new_sign_in_link(None, at=AT, minutes=60)
    assert PersonRow.objects.count() == 1


@pytest.mark.parametrize("slug", ["", "Tea", "tea house", "tea.house", "-tea", "x" * 65])
def test_a_short_name_that_no_address_can_have_is_refused_and_the_link_stays_good(slug):
    secret = joining.new_sign_in_link(None, at=AT, minutes=60).value
    with pytest.raises(BadShopName):
        make_owner(secret, shop_slug=slug)
    assert joining.owner_link_is_open(secret, AT)
    assert not facade.has_people()


def test_a_first_link_that_has_expired_makes_no_one():
    secret = joining.new_sign_in_link(None, at=AT, minutes=60).value
    with pytest.raises(LinkSpent):
        make_owner(secret, at=AT + timedelta(minutes=60))
    assert not facade.has_people()


# --- links that sign in -----------------------------------------------------------------------------------


def test_a_link_signs_in_once_and_looking_at_it_does_not_count(li):
    secret = joining.new_sign_in_link(li.id, at=AT, minutes=5).value
    assert [joining.sign_in_link_is_open(secret, AT) for _ in range(3)] == [True] * 3
    assert [joining.redeem_sign_in_link(secret, AT) for _ in range(2)] == [li, None]
    assert not joining.sign_in_link_is_open(secret, AT)


def test_a_link_that_is_late_or_unknown_signs_no_one_in(li):
    secret = joining.new_sign_in_link(li.id, at=AT, minutes=5).value
    assert joining.redeem_sign_in_link(secret, AT + timedelta(minutes=5)) is None
    assert joining.redeem_sign_in_link("jia_unknown", AT) is None
    assert joining.redeem_sign_in_link(secret, AT) == li


def test_a_link_for_the_first_owner_signs_no_one_in():
    secret = joining.new_sign_in_link(None, at=AT, minutes=5).value
    assert joining.redeem_sign_in_link(secret, AT) is None
    assert joining.owner_link_is_open(secret, AT)


def test_no_link_and_no_invitation_is_kept_in_the_clear(li, tea):
    link = joining.new_sign_in_link(li.id, at=AT, minutes=5).value
    _, invitation = joining.invite(tea.id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=AT)
    kept = str(list(LinkRow.objects.values())) + str(list(InvitationRow.objects.values())) + str(lines(tea))
    assert link not in kept
    assert invitation.value not in kept


# --- roles ------------------------------------------------------------------------------------------------


def test_a_role_is_of_one_shop(li, tea):
    facade.open_shop("coffee")
    assert facade.find_membership(li.id, "coffee") is None
    assert facade.find_membership(li.id, "nowhere") is None


def test_someone_who_was_closed_out_has_no_role(li, tea):
    PersonRow.objects.filter(pk=li.id).update(is_active=False)
    assert facade.find_membership(li.id, "tea") is None
    assert facade.members_of(tea.id) == ()


def test_those_who_may_are_told_from_those_who_may_not(tea):
    join(tea, "wu@tea.example", Role.FINANCE)
    join(tea, "an@tea.example", Role.SERVICE_AGENT)
    budget = [one.person.email for one in facade.those_who_may(tea.id, Permission.SEE_BUDGET)]
    everyone = [one.person.email for one in facade.members_of(tea.id)]
    assert (budget, everyone) == (
        ["li@tea.example", "wu@tea.example"],
        ["an@tea.example", "li@tea.example", *budget[1:]],
    )


def test_a_changed_role_is_audited_and_the_same_role_is_not(tea):
    wu = join(tea, "wu@tea.example", Role.FINANCE)
    before = lines(tea)
    facade.set_role(tea.id, wu.id, Role.ANALYST, actor=LI)
    facade.set_role(tea.id, wu.id, Role.ANALYST, actor=LI)
    assert facade.find_membership(wu.id, "tea").role is Role.ANALYST
    line = ("li@tea.example", "role changed", "wu@tea.example", {"role": "finance"}, {"role": "analyst"})
    assert lines(tea)[len(before) :] == [line]


def test_the_last_owner_stays_owner_and_stays(li, tea):
    before = lines(tea)
    with pytest.raises(LastOwner):
        facade.set_role(tea.id, li.id, Role.ANALYST, actor=LI)
    with pytest.raises(LastOwner):
        facade.remove_member(tea.id, li.id, actor=LI)
    assert facade.find_membership(li.id, "tea").role is Role.OWNER
    assert lines(tea) == before


def test_an_owner_may_go_when_another_stays(li, tea):
    wu = join(tea, "wu@tea.example", Role.OWNER)
    facade.remove_member(tea.id, li.id, actor=Actor(wu.email, "console"))
    assert [one.person for one in facade.members_of(tea.id)] == [wu]
    assert lines(tea)[-1] == ("wu@tea.example", "member removed", "li@tea.example", {"role": "owner"}, None)


def test_whoever_has_no_role_here_cannot_be_given_another(tea):
    stranger = PersonRow.objects.create(email="an@coffee.example")
    with pytest.raises(NoSuchMember):
        facade.set_role(tea.id, stranger.pk, Role.OWNER, actor=LI)
    with pytest.raises(NoSuchMember):
        facade.remove_member(tea.id, stranger.pk, actor=LI)


# --- invitations ------------------------------------------------------------------------------------------


def test_an_invitation_is_looked_at_often_and_accepted_once(tea):
    invitation, secret = joining.invite(tea.id, email="Wu@tea.example ", role=Role.FINANCE, actor=LI, at=AT)
    assert (invitation.email, invitation.shop, invitation.expires_at) == (
        "wu@tea.example",
        tea,
        AT + timedelta(days=7),
    )
    assert [joining.look_at_invitation(secret.value, AT) for _ in range(2)] == [invitation] * 2
    wu = joining.accept_invitation(secret.value, name="Wu", password_hash="hash", at=AT, origin="console")
    assert (wu.email, wu.name, facade.find_membership(wu.id, "tea").role) == ("wu@tea.example", "Wu", Role.FINANCE)
    with pytest.raises(LinkSpent):
        joining.accept_invitation(secret.value, name="", password_hash="other", at=AT, origin="console")
    assert PersonRow.objects.get(pk=wu.id).password == "hash"
    assert [line[:3] for line in lines(tea)[1:]] == [
        ("li@tea.example", "person invited", "wu@tea.example"),
        ("wu@tea.example", "invitation accepted", "wu@tea.example"),
    ]


def test_whoever_is_known_already_just_joins_and_keeps_their_password(tea):
    wu = people.add_person(email="wu@tea.example", name="Wu", password_hash="their own")
    joined = join(tea, "wu@tea.example", Role.FINANCE)
    assert joined == wu
    assert PersonRow.objects.get(pk=wu.id).password == "their own"


def test_an_invitation_ends_after_seven_days(tea):
    _, secret = joining.invite(tea.id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=AT)
    late = AT + timedelta(days=7)
    with pytest.raises(LinkSpent):
        joining.look_at_invitation(secret.value, late)
    with pytest.raises(LinkSpent):
        joining.accept_invitation(secret.value, name="", password_hash="hash", at=late, origin="console")
    assert joining.open_invitations(tea.id, late) == ()


def test_a_second_invitation_ends_the_first(tea):
    _, first = joining.invite(tea.id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=AT)
    second, _ = joining.invite(tea.id, email="wu@tea.example", role=Role.ANALYST, actor=LI, at=AT)
    assert joining.open_invitations(tea.id, AT) == (second,)
    with pytest.raises(LinkSpent):
        joining.look_at_invitation(first.value, AT)


def test_a_withdrawn_invitation_cannot_be_accepted_and_only_its_own_shop_withdraws_it(tea):
    coffee = facade.open_shop("coffee")
    invitation, secret = joining.invite(tea.id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=AT)
    joining.withdraw_invitation(coffee.id, invitation.id, actor=LI, at=AT)
    assert joining.open_invitations(tea.id, AT) == (invitation,)
    joining.withdraw_invitation(tea.id, invitation.id, actor=LI, at=AT)
    joining.withdraw_invitation(tea.id, invitation.id, actor=LI, at=AT)
    with pytest.raises(LinkSpent):
        joining.look_at_invitation(secret.value, AT)
    assert [line[1] for line in lines(tea)].count("invitation withdrawn") == 1


def test_a_member_is_not_invited_again(tea):
    with pytest.raises(MemberAlready):
        joining.invite(tea.id, email="LI@tea.example", role=Role.FINANCE, actor=LI, at=AT)
    assert facade.find_membership(facade.find_person("li@tea.example").id, "tea").role is Role.OWNER


# --- people -----------------------------------------------------------------------------------------------


def test_a_new_name_is_in_the_audit_of_every_shop_of_theirs(li, tea):
    coffee = facade.open_shop("coffee")
    people.save_role(coffee.id, li.id, Role.FINANCE)
    facade.rename_person(li.id, "李", actor=LI)
    assert facade.get_person(li.id).name == "李"
    line = ("li@tea.example", "person renamed", "li@tea.example", {"name": "Li"}, {"name": "李"})
    assert (lines(tea)[-1], lines(coffee)) == (line, [line])


def test_a_language_is_kept(li):
    facade.set_language(li.id, "zh")
    assert facade.get_person(li.id).language == "zh"
