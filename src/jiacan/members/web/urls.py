"""The addresses of members, under /s/."""

from __future__ import annotations

from django.urls import path

from jiacan.members.web import points

_MEMBERS = "s/<str:shop>/members"

urlpatterns = [
    path(f"{_MEMBERS}/", points.member, name="members"),
    path(f"{_MEMBERS}/correct", points.correct, name="members-correct"),
]
