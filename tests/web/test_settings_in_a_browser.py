"""The settings pages in a real browser: nothing for axe to find, no sideways scrolling, and what scripts add."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining
from jiacan.tenancy.contracts import Actor, Permission, Role
from tests.web.pages import member_of, shop_of

pytestmark = pytest.mark.django_db(transaction=True)

LI = Actor("li@tea.example", "console 10.0.0.7")
LONG = "一家名字长得不得了的茶叶铺子兼茶具铺子兼点心铺子暨本地最老的中药铺子的网上总店分号"
SETTINGS = ("shop", "people", "roles", "tokens", "audit")


@pytest.fixture
def owner():
    """The owner of a shop with a few of everything."""
    shop = shop_of("tea", name=LONG)
    li = member_of(shop, Role.OWNER, email="li@tea.example", name="李掌柜")
    for role in (Role.OPERATIONS, Role.SERVICE_AGENT, Role.AUDITOR):
        member_of(shop, role, email=f"a-rather-long-address-of-{role}@department.tea-house.example")
    at = datetime.now(UTC)
    joining.invite(shop.id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=at)
    tenancy.add_token(shop.id, name="checkout", scopes={Permission.QUOTE, Permission.SEND_ORDERS}, actor=LI, at=at)
    gone, _ = tenancy.add_token(shop.id, name="旧收银台", scopes={Permission.QUOTE}, actor=LI, at=at)
    tenancy.revoke_token(shop.id, gone.id, actor=LI, at=at)
    return li


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_page_reads_well(pages, owner, name):
    page = pages.read(f"/s/tea/settings/{name}", person=owner)
    pages.shoot(page, f"settings-{name}")


def test_ones_own_profile_reads_well(pages, owner):
    page = pages.read("/me", person=owner, widths=[1280])
    pages.shoot(page, "me")


def test_the_pages_of_links_read_well(pages):
    at = datetime.now(UTC)
    first = joining.new_sign_in_link(None, at=at, minutes=60).value
    pages.shoot(pages.read(f"/start/{first}", widths=[390]), "start")
    li = member_of(shop_of("tea"), Role.OWNER, email="li@tea.example", name="Li")
    _, secret = joining.invite(shop_of("tea").id, email="wu@tea.example", role=Role.FINANCE, actor=LI, at=at)
    addresses = {
        "enter": f"/enter/{joining.new_sign_in_link(li.pk, at=at, minutes=5).value}",
        "invitation": f"/invitation/{secret.value}",
    }
    for name, address in addresses.items():
        pages.shoot(pages.read(address, widths=[390]), name)


def test_a_member_is_removed_after_being_asked(pages, owner):
    wu = member_of(shop_of("tea", name=LONG), Role.FINANCE, email="wu@tea.example")
    page = pages.open("/s/tea/settings/people", person=owner)
    page.get_by_role("row", name="wu@tea.example").get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog")
    assert "wu@tea.example is Finance" in dialog.inner_text()
    pages.axe(page)
    dialog.get_by_role("button", name="Leave it as it is").click()
    assert tenancy.find_membership(wu.pk, "tea") is not None
    page.get_by_role("row", name="wu@tea.example").get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove from the shop").click()
    page.wait_for_load_state()
    assert tenancy.find_membership(wu.pk, "tea") is None


def test_older_lines_are_loaded_into_the_list(pages, owner):
    shop = shop_of("tea", name=LONG)
    for number in range(150):
        tenancy.audit(shop.id, actor=LI, action="stock or budget changed", subject=f"mug {number}")
    page = pages.open("/s/tea/settings/audit?text=mug", person=owner)
    rows = page.locator("#lines > tr")
    assert rows.count() == 101
    page.get_by_role("link", name="Load older lines").click()
    page.get_by_text("mug 0", exact=True).wait_for()
    assert rows.count() == 150


def test_a_first_owner_comes_in_with_no_script_at_all(pages):
    secret = joining.new_sign_in_link(None, at=datetime.now(UTC), minutes=60).value
    page = pages.open(f"/start/{secret}", scripts=False)
    page.get_by_label("E-mail address").fill("li@tea.example")
    page.get_by_label("Your name").fill("Li")
    page.get_by_label("Password").fill("correct horse battery 7")
    page.get_by_label("The shop's short name").fill("tea")
    page.get_by_role("button", name="Make the owner and sign in").click()
    page.wait_for_url("**/s/tea/**")
    assert tenancy.has_people()
