"""Names the slice to Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The slice's tables and migrations live under the label `api`."""

    name = "jiacan.api"
    label = "api"
