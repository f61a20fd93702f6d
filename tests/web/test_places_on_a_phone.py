"""The bar at the foot of a phone: every place of it can be seen whole and reached with a thumb."""

from __future__ import annotations

import pytest

from jiacan.tenancy.contracts import Role
from tests.web.pages import Pages, member_of, shop_of

pytestmark = pytest.mark.django_db(transaction=True)

SEEN = """
links => links.map(link => {
  const box = link.getBoundingClientRect(), words = document.createRange();
  words.selectNodeContents(link);
  const text = words.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    words: link.innerText, left: box.left, right: box.right, height: box.height,
    isWhole: text.left >= box.left && text.right <= box.right, isOnTop: over === link || link.contains(over),
  };
})
"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 320])
def test_every_place_is_whole_and_under_the_thumb(pages: Pages, width: int, language: str):
    owner = member_of(shop_of("gifts"), Role.OWNER)
    page = pages.open("/s/gifts/", person=owner, width=width, language=language)
    seen = page.locator(".places a").evaluate_all(SEEN)
    assert len(seen) == 5
    for before, each in zip([None, *seen], seen, strict=False):
        assert (each["isWhole"], each["isOnTop"]) == (True, True), each
        assert each["height"] >= 44, each
        assert 0 <= each["left"] < each["right"] <= width, each
        assert before is None or before["right"] <= each["left"] + 0.5, (before, each)
    page.locator(".places a").last.click()
    page.wait_for_url("**/s/gifts/settings/**")


@pytest.mark.parametrize(
    ("role", "address"), [(Role.OWNER, "/s/gifts/members/"), (Role.MARKETING, "/s/gifts/check-ins/")]
)
def test_the_members_place_leads_to_the_first_of_its_pages_that_one_may_enter(pages: Pages, role: Role, address: str):
    page = pages.open("/s/gifts/", person=member_of(shop_of("gifts"), role), width=390)
    assert (
        page.locator(".places a[href*='/members/'], .places a[href*='/check-ins/']").get_attribute("href") == address
    )
