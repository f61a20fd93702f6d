"""Names the slice to Django."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """The slice's tables and migrations live under the label `tenancy`."""

    name = "jiacan.tenancy"
    label = "tenancy"
