"""Pages find their static files where they lie, and a browser that leaves does not hold up the next test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management.base import CommandError
from django.test import TransactionTestCase

from tests.web.pages import browser, pages  # noqa: F401 - fixtures for every module here

EMPTYINGS = 5


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
def tables_are_emptied_again_when_a_last_request_was_in_the_way() -> Iterator[None]:
    """A stream whose browser has gone reads once more before it notices; PostgreSQL then ends one of the two."""
    empty = TransactionTestCase._fixture_teardown

    def empty_patiently(test: TransactionTestCase) -> None:
        for left in reversed(range(EMPTYINGS)):
            try:
                return empty(test)
            except CommandError:
                if left == 0:
                    raise
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_patiently)
        yield
