"""Names the slice to Django."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """The slice's tables and migrations live under the label `campaigns`."""

    name = "jiacan.campaigns"
    label = "campaigns"
