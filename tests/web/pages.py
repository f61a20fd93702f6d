"""Pages in a real browser: a live server, a signed-in person, axe, and pictures of what was seen.

    def test_the_settings_can_be_read(pages):
        shop = shop_of("gifts")
        page = pages.open("/s/gifts/settings/", person=member_of(shop, Role.OWNER))
        pages.axe(page)
        pages.shoot(page, "settings")

There is one tab on the phone and one on the desk: what is opened there takes the place of what was opened before.
They are kept from test to test, as is the browser, since to open a tab takes longer than to look at a page.
Whatever the browser complains of, and whatever would leave the machine, fails the test at its end. Pictures are
written to the folder that JIACAN_SHOTS names, in both widths, themes and languages; without it none are made.
"""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.events import _set_running_loop
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Request, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Role, Shop
from jiacan.tenancy.models import Member, Person
from tests.web.browser import needs_browser

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # nothing leaves the machine
)
_QUIET_PLACE = "/draws/check"
"""A page that asks for nothing once it stands; from elsewhere, the next would be opened by a process of its own."""

_ACCEPTED = {"zh": "zh-CN,zh;q=0.9", "en": "en-GB,en;q=0.9"}
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a theme can change: the themes differ in colours alone."""

# Results other than violations are many times as many, and nobody reads them.
_FIND = """async (rules) => {
  const found = await axe.run({ ...rules, resultTypes: ["violations"] });
  return JSON.stringify(found.violations);
}"""


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
    tabs: dict[tuple[bool, bool], Page] = field(default_factory=dict)
    visited: set[Page] = field(default_factory=set)

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
        page = self._tab(on_phone=width < 600, scripts=scripts)
        self.visited.add(page)
        page.context.clear_cookies()
        if person is not None:
            cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
            page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        page.set_extra_http_headers({"Accept-Language": _ACCEPTED[language]})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size(_size(width))
        page.goto(self.address + path)
        return page

    def _tab(self, *, on_phone: bool, scripts: bool) -> Page:
        """The tab of that device, opened when it is first asked for."""
        if (on_phone, scripts) not in self.tabs:
            context = self.browser.new_context(
                locale="en-GB",
                reduced_motion="reduce",
                java_script_enabled=scripts,
                has_touch=on_phone,
                is_mobile=on_phone,
            )
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text))
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.on("request", self._stay_here)
            page.on("requestfailed", self._failed)
            self.tabs[on_phone, scripts] = page
        return self.tabs[on_phone, scripts]

    def read(
        self,
        path: str,
        *,
        person: Person | None = None,
        widths: Sequence[int] = WIDTHS,
        languages: Sequence[str] = ("en",),
        themes: Sequence[str] = ("light",),
    ) -> Page:
        """Open the page in each of these ways and assert that it can be read and fits; it stays open in the last."""
        for width, language in product(widths, languages):
            page = self.open(path, person=person, width=width, language=language, theme=themes[0])
            self.axe(page)
            self.fits(page)
            for theme in themes[1:]:
                page.emulate_media(color_scheme=theme)
                self.colours(page)
        return page

    def axe(self, page: Page) -> None:
        """Assert that axe finds nothing on the page as it stands."""
        self._find(page, _RULES)

    def colours(self, page: Page) -> None:
        """Assert that axe finds nothing in the colours of a page that it found nothing on in the other theme."""
        self._find(page, _OF_COLOURS)

    def _find(self, page: Page, rules: dict) -> None:
        with self._policy_lifted(page):
            if not page.evaluate("'axe' in window"):
                page.evaluate(AXE_SCRIPT)
            found = AxeResults({"violations": json.loads(page.evaluate(_FIND, rules))})
        assert found.violations_count == 0, found.generate_report()

    def fits(self, page: Page) -> None:
        """Assert that the page does not scroll sideways, nor has a phone zoom out so that it need not."""
        wide = page.evaluate("Math.max(document.documentElement.scrollWidth, window.innerWidth)")
        assert page.viewport_size is not None
        window = page.viewport_size["width"]
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
                page.set_viewport_size(_size(width))
                for theme in THEMES:
                    page.emulate_media(color_scheme=theme)
                    page.screenshot(path=Path(folder) / f"{name}-{width}-{theme}-{language}.png", full_page=True)
        page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before or {"width": 1280, "height": 900})
        page.reload()

    def leave(self) -> None:
        """Leave every page, and with it what the browser remembers of whoever was there."""
        for page in self.visited:
            page.context.set_offline(False)
            page.context.clear_cookies()
            page.context.clear_permissions()
            page.goto(self.address + _QUIET_PLACE)
        self.visited.clear()

    def close(self) -> None:
        """Close every tab."""
        for page in self.tabs.values():
            page.context.close()
        self.tabs.clear()

    def _stay_here(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"wanted to leave: {request.url}")

    def _failed(self, request: Request) -> None:
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


def _size(width: int) -> ViewportSize:
    return {"width": width, "height": 844 if width < 600 else 900}


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """Debian's Chromium, headless, and the loop that speaks to it.

    Playwright leaves its loop running in this thread, where other modules could then run none of their own; so it
    runs only for modules that ask for the browser.
    """
    path = needs_browser()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        loop = asyncio.get_running_loop()
        _set_running_loop(None)
        yield opened, loop
        _set_running_loop(loop)
        opened.close()


@pytest.fixture(scope="module")
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """The browser, which the module may speak to."""
    opened, loop = chromium
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        _set_running_loop(loop)
        yield opened
        _set_running_loop(None)


@pytest.fixture(scope="session")
def tabs(
    chromium: tuple[Browser, asyncio.AbstractEventLoop], django_db_setup: None, live_server: LiveServer
) -> Iterator[Pages]:
    """Pages of a live server on the test database, in tabs that are kept until either goes."""
    opened, loop = chromium
    pages = Pages(opened, live_server.url)
    yield pages
    _set_running_loop(loop)
    pages.close()
    _set_running_loop(None)


@pytest.fixture
def pages(browser: Browser, tabs: Pages) -> Iterator[Pages]:
    """The same for one test, which leaves nothing to the next."""
    yield tabs
    tabs.leave()
    complaints, tabs.complaints = tabs.complaints, []
    assert complaints == []
