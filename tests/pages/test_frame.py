"""What every page shares: policy, header, theme, and the pages one sees when something is wrong."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/problems/",
    "/ideas/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
]


@pytest.fixture
def member(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("alice", "alice@example.org", "a long password"))
    return client


@pytest.mark.parametrize("url", PAGES)
def test_nothing_on_a_page_is_inline_or_from_elsewhere(client, url):
    page = client.get(url).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:", page)
    for address in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page):
        assert address.startswith("/"), address


@pytest.mark.parametrize("url", PAGES)
def test_the_policy_allows_no_inline_script(client, url):
    policy = client.get(url)["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts and scripts.group(1) == "'self'"
    assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy


@pytest.mark.parametrize("url", PAGES)
def test_every_page_has_a_title_a_skip_link_and_a_main_part(client, url):
    page = client.get(url).content.decode()
    assert re.search(r"<title>\s*\S", page) and '<html lang="en"' in page
    assert 'href="#content"' in page and '<main id="content"' in page


def test_htmx_is_served_from_here(client):
    source = re.search(r'src="/static/(django_htmx/[^"]+)"', client.get("/").content.decode())
    assert source and finders.find(source.group(1))


@pytest.mark.parametrize(("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')])
def test_a_pinned_theme_is_there_with_the_first_paint(client, cookie, attribute):
    client.cookies["theme"] = cookie
    assert f'<html lang="en"{attribute}>' in client.get("/").content.decode()


def test_an_unknown_theme_is_ignored(client):
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in client.get("/").content.decode()


def test_signing_in_comes_back_to_the_page(client, django_user_model):
    django_user_model.objects.create_user("alice", password="a long password")
    assert "/accounts/login/?next=/ideas/" in client.get("/ideas/").content.decode()
    answer = client.post("/accounts/login/", {"login": "alice", "password": "a long password", "next": "/ideas/"})
    assert answer["Location"] == "/ideas/"


def test_a_member_finds_page_password_and_the_way_out(member):
    page = member.get("/").content.decode()
    assert "/people/alice/" in page and "/accounts/password/change/" in page and "alice@example.org" not in page
    assert member.post("/accounts/logout/").status_code == 302
    assert "Sign in" in member.get("/").content.decode()


@pytest.mark.parametrize("url", ["/accounts/password/change/", "/accounts/logout/", "/accounts/email/"])
def test_account_pages_have_our_look(member, url):
    assert "circuitboard.css" in member.get(url).content.decode()


@pytest.mark.parametrize("handle", ["a@b.org", "a b", "-a", "", "x" * 41, "a/b"])
def test_a_handle_cannot_be_an_address(client, handle):
    answer = client.post("/accounts/signup/", {"username": handle, "password1": "a long password"})
    assert answer.status_code == 200 and 'class="errorlist' in answer.content.decode()


def test_two_handles_cannot_differ_in_case_only(client, django_user_model):
    django_user_model.objects.create_user("alice")
    client.post("/accounts/signup/", {"username": "Alice", "password1": "a long password"})
    assert django_user_model.objects.count() == 1


def test_making_an_account_signs_in(client):
    answer = client.post("/accounts/signup/", {"username": "alice", "password1": "a long password"}, follow=True)
    assert "@alice" in answer.content.decode()


def test_what_is_missing_forbidden_or_broken_says_what_to_do(client, rf):
    from django.core.exceptions import PermissionDenied
    from django.views import defaults

    assert "nothing at this address" in client.get("/nowhere/").content.decode()
    request = rf.get("/")
    assert b"Nothing was changed" in defaults.permission_denied(request, PermissionDenied()).content
    assert b"Try again in a minute" in defaults.server_error(request).content


def test_a_form_without_its_token_says_how_to_go_on():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403 and "reload the page" in answer.content.decode()
