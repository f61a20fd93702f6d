"""Pages find their static files where they lie, and passwords are kept by the same means with less work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher

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


@pytest.fixture(scope="session", autouse=True)
def passwords_take_little_work() -> Iterator[None]:
    """How long a guess takes is Django's affair, and no test's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScryptPasswordHasher, "work_factor", 2)
        yield
