"""The policy that is put together once is the one that django-csp puts together each time."""

import pytest
from csp.constants import HEADER
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory

from jiacan.project.serving.policy import ContentPolicy


def answered(middleware, view):
    request = RequestFactory().get("/api/v1/ping")
    return request, middleware(view)(request)


def test_without_a_nonce_the_policy_is_the_same_as_when_it_is_put_together_each_time():
    _, ours = answered(ContentPolicy, lambda _: HttpResponse())
    _, theirs = answered(CSPMiddleware, lambda _: HttpResponse())
    assert ours.headers[HEADER] == theirs.headers[HEADER]
    assert "nonce-" not in ours.headers[HEADER]


def test_a_page_that_asked_for_a_nonce_is_given_its_own():
    request, response = answered(ContentPolicy, lambda request: HttpResponse(str(request.csp_nonce)))
    assert f"'nonce-{response.content.decode()}'" in response.headers[HEADER]
    assert str(request.csp_nonce) == response.content.decode()


def test_after_the_answer_no_nonce_can_be_had_that_its_policy_does_not_name():
    request, _ = answered(ContentPolicy, lambda _: HttpResponse())
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)
