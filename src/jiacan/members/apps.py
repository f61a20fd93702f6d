"""Names the slice to Django."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The slice's tables and migrations live under the label `members`."""

    name = "jiacan.members"
    label = "members"
