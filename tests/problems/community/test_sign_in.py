"""A second factor and sign-in elsewhere, as far as they are ours."""

import base64
import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code():
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def guarded(alice):
    """Alice has a second factor."""
    TOTP.activate(alice, SECRET)
    return alice


def sign_in():
    client = Client()
    return client, client.post("/accounts/login/", {"login": "alice", "password": "a long password"}, follow=True)


def test_a_password_alone_does_not_sign_in_where_there_is_a_second_factor(guarded):
    client, page = sign_in()
    assert client.get("/you/settings/").status_code == 302 and "circuitboard.css" in page.content.decode()
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/you/settings/").status_code == 200


def test_a_password_alone_makes_no_token_either(guarded):
    basic = "Basic " + base64.b64encode(b"alice:a long password").decode()
    refused = Client().post("/api/tokens/", headers={"Authorization": basic})
    assert refused.status_code == 401 and "second factor" in refused.json()["detail"]


def test_the_page_for_a_second_factor_shows_a_picture_the_policy_allows(alice):
    client, _ = sign_in()
    client.post("/accounts/reauthenticate/", {"password": "a long password"})
    page = client.get("/accounts/2fa/totp/activate/")
    assert 'src="data:image/svg+xml' in page.content.decode() and "data:" in page["Content-Security-Policy"]


def test_nobody_is_offered_a_sign_in_that_is_not_set_up(client):
    assert "Sign in with" not in client.get("/accounts/login/").content.decode()


def test_sign_in_elsewhere_is_offered_where_its_keys_are_set(tmp_path):
    show = (
        "import django; django.setup(); from django.core.management import call_command;"
        "call_command('migrate', verbosity=0);"
        "from django.test import Client; k = Client(); p = k.get('/accounts/login/', HTTP_HOST='localhost');"
        "print(p['Content-Security-Policy']); print(p.content.decode());"
        "print(k.post('/accounts/github/login/', HTTP_HOST='localhost')['Location'])"
    )
    keys = {"CIRCUITBOARD_GITHUB_CLIENT_ID": "abc", "CIRCUITBOARD_GITHUB_SECRET": "xyz", "CIRCUITBOARD_DEBUG": "yes"}
    settings = {"DJANGO_SETTINGS_MODULE": "deploy.settings", "CIRCUITBOARD_DATA_DIR": str(tmp_path)}
    database = {"CIRCUITBOARD_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}"}
    ran = subprocess.run(
        [sys.executable, "-c", show], env=os.environ | keys | settings | database, capture_output=True, text=True
    )
    assert "Sign in with GitHub" in ran.stdout and "Sign in with ORCID" not in ran.stdout, ran.stderr
    assert {"'self'", "https://github.com"} == set(re.search(r"form-action ([^;\n]*)", ran.stdout).group(1).split())
    assert "https://github.com/login/oauth/authorize?client_id=abc" in ran.stdout
