"""Names the slice to Django."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The slice's tables and migrations live under the label `console`."""

    name = "jiacan.console"
    label = "console"
