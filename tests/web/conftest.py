"""Pages find their static files where they lie."""

from __future__ import annotations

import pytest

from tests.web.pages import browser, chromium, pages, tabs  # noqa: F401 - fixtures for every module here


@pytest.fixture(autouse=True)
def static_files_where_they_lie(settings) -> None:
    """No manifest, and whitenoise looks into the slices' own folders."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
