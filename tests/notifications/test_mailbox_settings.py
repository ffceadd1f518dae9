"""The settings of a mailbox: what is understood, and what stops the start with the cure."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from satisfaction import environment


@pytest.fixture
def given(monkeypatch):
    def set_to(url, **more):
        monkeypatch.setenv("SERVICE_MAILBOX_URL", url)
        for name, value in more.items():
            monkeypatch.setenv(f"SERVICE_MAILBOX_{name}", value)
        return environment.mailbox("SERVICE_MAILBOX", "service")

    return set_to


def test_a_mailbox_with_its_password_in_a_file(given, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("geheim\n")
    assert given("imaps://service%40example.com@mail.example.com/Archive%2F2026", PASSWORD_FILE=str(secret)) == [
        {"name": "service", "purpose": "service", "host": "mail.example.com", "port": 993, "user": "service@example.com",
         "password": "geheim", "folder": "Archive/2026", "security": "tls"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "port", "security", "folder"),
    [
        ("imap://u:p@mail.example.com", 143, "starttls", "INBOX"),
        ("imaps://u:p@mail.example.com:1993/Service", 1993, "tls", "Service"),
        ("imap://u:p@127.0.0.1:1143/INBOX?tls=0", 1143, "none", "INBOX"),
    ],
)
def test_ports_and_encryption(given, url, port, security, folder):
    (made,) = given(url)
    assert (made["port"], made["security"], made["folder"], made["password"]) == (port, security, folder, "p")


def test_no_mailbox_is_no_mistake(given):
    assert given("") == []


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("mail.example.com", "imaps://user@mail.example.com/INBOX"),
        ("http://u:p@mail.example.com", "imaps://user@mail.example.com/INBOX"),
        ("imaps://:p@mail.example.com", "imaps://user@mail.example.com/INBOX"),
        ("imaps://u@mail.example.com", "SERVICE_MAILBOX_PASSWORD_FILE"),
        ("imaps://u:p@mail.example.com:many/INBOX", "port is not a number"),
        ("imap://u:p@mail.example.com/INBOX?tls=0", "password in the clear"),
        ("imaps://u:p@mail.example.com/INBOX?ssl=1", "?tls=0 or ?tls=1"),
    ],
)
def test_a_mistake_stops_the_start_and_names_the_cure(given, url, cure):
    with pytest.raises(ImproperlyConfigured) as stopped:
        given(url)
    assert cure in str(stopped.value)
    assert ":p@" not in str(stopped.value)
