"""Pages in a real browser: a live server, a signed-in person, axe, and pictures of what was seen.

    def test_the_settings_can_be_read(pages):
        shop = shop_of("gifts")
        page = pages.open("/s/gifts/settings/", person=member_of(shop, Role.OWNER))
        pages.axe(page)
        pages.shoot(page, "settings")

Whatever the browser complains of, and whatever would leave the machine, fails the test at its end. Pictures are
written to the folder that JIACAN_SHOTS names, in both widths, themes and languages; without it none are made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright
from pytest_django.live_server_helper import LiveServer

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Role, Shop
from jiacan.tenancy.models import Member, Person
from tests.web.browser import needs_browser

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def shop_of(slug: str = "gifts", *, name: str = "", zone: str = "Asia/Shanghai", currency: str = "CNY") -> Shop:
    """A shop, made if it is new."""
    made = tenancy.open_shop(slug, zone=ZoneInfo(zone), currency=currency)
    return tenancy.update_shop(made.id, name=name or slug, zone=made.zone, actor=Actor("test", "test"))


def member_of(shop: Shop, role: Role = Role.OWNER, *, email: str = "", name: str = "") -> Person:
    """A person in that role at the shop, who can sign in."""
    person, _ = Person.objects.get_or_create(email=email or f"{role}@example.com", defaults={"name": name})
    Member.objects.update_or_create(shop_id=shop.id, person=person, defaults={"role": role})
    return person


def signed_in(person: Person) -> Client:
    """Django's test client, signed in as that person."""
    client = Client()
    client.force_login(person)
    return client


@dataclass
class Pages:
    """A browser at a live server that is cut off from everything else."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    opened: list[Page] = field(default_factory=list)

    def open(
        self,
        path: str,
        *,
        person: Person | None = None,
        width: int = 1280,
        language: str = "en",
        theme: str = "light",
        scripts: bool = True,
    ) -> Page:
        """The page at that path, as that person sees it."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
            has_touch=width < 600,
            is_mobile=width < 600,
        )
        context.set_default_timeout(15_000)
        context.route("**/*", self._stay_here)
        if person is not None:
            cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        self.opened.append(page)
        page.goto(self.address + path)
        return page

    def axe(self, page: Page) -> None:
        """Assert that axe finds nothing on the page as it stands."""
        with self._policy_lifted(page):
            found = Axe().run(page, options=_RULES)
        assert found.violations_count == 0, found.generate_report()

    def fits(self, page: Page) -> None:
        """Assert that the page does not scroll sideways."""
        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{page.url} is {wide} wide in a window of {window}"

    def shoot(self, page: Page, name: str) -> None:
        """Write pictures of the page at both widths, in both themes and languages, where JIACAN_SHOTS asks for it."""
        folder = os.environ.get("JIACAN_SHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for language, code in LANGUAGES.items():
            cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": code, "url": self.address}
            page.context.add_cookies([cookie])
            page.reload()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme)
                    page.screenshot(path=Path(folder) / f"{name}-{width}-{theme}-{language}.png", full_page=True)
        page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before or {"width": 1280, "height": 900})
        page.reload()

    def close(self) -> None:
        """End what was opened; say what was complained of."""
        for page in self.opened:
            page.context.close()
        self.opened.clear()

    def _stay_here(self, route: Route) -> None:
        if route.request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.complaints.append(f"wanted to leave: {route.request.url}")
            route.abort()

    def _failed(self, request) -> None:
        # A page that is left ends its streams.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"{request.url}: {request.failure}")

    @contextmanager
    def _policy_lifted(self, page: Page) -> Iterator[None]:
        before = len(self.complaints)
        yield
        # axe adds styles of its own while it looks, which the page's policy refuses.
        self.complaints[before:] = [
            said for said in self.complaints[before:] if "Content Security Policy" not in said
        ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = needs_browser()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the synchronous playwright runs a loop in this thread
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
            yield opened
            opened.close()


@pytest.fixture
def pages(browser: Browser, live_server: LiveServer) -> Iterator[Pages]:
    """Pages of a live server on the test database."""
    opened = Pages(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.complaints == []
