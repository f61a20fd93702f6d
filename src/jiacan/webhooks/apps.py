"""Names the slice to Django."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """The slice's tables and migrations live under the label `webhooks`."""

    name = "jiacan.webhooks"
    label = "webhooks"
