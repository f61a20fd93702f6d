"""A real browser, headless, with nothing to talk to: what a page looks like and what it complains of."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
)

FRAME = """<!doctype html><title>-</title>
<iframe width="{width}" height="900" style="border:0" srcdoc="{page}"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  const inside = frame.contentWindow;
  document.title = JSON.stringify({{
    width: inside.innerWidth,
    scroll: inside.document.documentElement.scrollWidth,
    requests: inside.performance.getEntriesByType("resource").map((entry) => entry.name),
  }});
}};
</script>"""


def needs_browser() -> str:
    """The browser's path; skips where there is none, fails where there has to be one."""
    if CHROMIUM is None:
        if os.environ.get("JIACAN_REQUIRE_BROWSER"):
            pytest.fail("chromium is required here and missing")
        pytest.skip("chromium is not installed")
    return CHROMIUM


def browse(page: Path, folder: Path, *, width: int) -> tuple[str, str]:
    """Open the page and give its document as it came to stand, and everything the browser complained of."""
    done = subprocess.run(
        [
            needs_browser(),
            *QUIET,
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},900",
            "--enable-logging=stderr",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def measure(page: str, folder: Path, *, width: int) -> dict:
    """What a browser makes of the page in a frame of that width: its own width, and what it asked for."""
    framed = folder / "framed.html"
    framed.write_text(FRAME.format(width=width, page=html.escape(page)), encoding="utf-8")
    document, _ = browse(framed, folder, width=1400)
    title = re.search(r"<title>(.*?)</title>", document, re.DOTALL)
    assert title is not None, document[:500]
    return json.loads(html.unescape(title.group(1)))
