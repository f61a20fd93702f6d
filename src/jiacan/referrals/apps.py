"""Names the slice to Django."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """The slice's tables and migrations live under the label `referrals`."""

    name = "jiacan.referrals"
    label = "referrals"
