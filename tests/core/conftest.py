import pytest
from django.contrib.auth.models import Group, Permission


@pytest.fixture
def make_user(django_user_model):
    """make_user(name, *capabilities): a person whose one role grants these."""

    def make(name, *capabilities):
        user = django_user_model.objects.create_user(name, f"{name}@example.com", "a long pass phrase", name_zh=name)
        role = Group.objects.create(name=f"role of {name}")
        for capability in capabilities:
            app, codename = capability.split(".")
            role.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        user.groups.add(role)
        return user

    return make


@pytest.fixture
def core_pages(monkeypatch, settings):
    """Only core's own addresses; the navigation stays empty."""
    settings.ROOT_URLCONF = "tests.core.portal_of_core"
    monkeypatch.setattr("core.nav.ENTRIES", [])
