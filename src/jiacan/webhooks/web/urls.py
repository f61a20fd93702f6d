"""The addresses of the settings of webhooks and jobs."""

from __future__ import annotations

from django.urls import URLPattern, path

from jiacan.webhooks.web import endpoints, jobs

_SETTINGS = "s/<str:shop>/settings"
_ENDPOINT = f"{_SETTINGS}/webhooks/<int:endpoint_id>"
_DELIVERY = f"{_SETTINGS}/webhooks/deliveries/<slug:delivery_id>"

urlpatterns: list[URLPattern] = [
    path(f"{_SETTINGS}/webhooks/", endpoints.endpoints, name="settings-webhooks"),
    path(f"{_SETTINGS}/webhooks/add", endpoints.add, name="settings-webhooks-add"),
    path(f"{_ENDPOINT}/", endpoints.endpoint, name="settings-webhooks-endpoint"),
    path(f"{_ENDPOINT}/change", endpoints.change, name="settings-webhooks-change"),
    path(f"{_ENDPOINT}/switch", endpoints.switch, name="settings-webhooks-switch"),
    path(f"{_ENDPOINT}/secret", endpoints.rotate, name="settings-webhooks-secret"),
    path(f"{_ENDPOINT}/remove", endpoints.remove, name="settings-webhooks-remove"),
    path(f"{_ENDPOINT}/ping", endpoints.ping, name="settings-webhooks-ping"),
    path(f"{_DELIVERY}/", endpoints.delivery, name="settings-webhooks-delivery"),
    path(f"{_DELIVERY}/replay", endpoints.replay, name="settings-webhooks-replay"),
    path(f"{_SETTINGS}/jobs/", jobs.jobs, name="settings-jobs"),
    path(f"{_SETTINGS}/jobs/<int:job_id>/retry", jobs.retry, name="settings-jobs-retry"),
]
