"""Names the slice to Django."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """The slice's tables and migrations live under the label `plans`."""

    name = "jiacan.plans"
    label = "plans"
