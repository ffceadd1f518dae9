"""The house rules that a machine can read (docs/architecture.md)."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "core",
    "notifications",
    "accounts",
    "customers",
    "surveys",
    "complaints",
    "fieldwork",
    "improvements",
    "appraisal",
    "reports",
    "dashboard",
    "satisfaction",
)
SOURCES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]

# Who writes a ``state`` column besides core/workflow.py, and why no Workflow stands behind it.
OWN_STATES = {
    "core/jobs": "a Job is claimed and ended by its runner; nobody decides about it",
    "notifications/services/outbox.py": "a Message is claimed and ended by the sender",
    "notifications/services/inbound.py": "an InboundMail is read by the fetcher; a person decides only what it could not read",
    "surveys/services": "an Invitation's state follows mails and answers, in bulk and without events (decision 11)",
}
RAW_HTML = {
    "core/charts.py",
    "core/components.py",
    "core/rendering.py",
    "core/tables.py",
    "core/templatetags/ui.py",
    "surveys/public",
}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def trees():
    for path in SOURCES:
        yield name_of(path), ast.parse(path.read_text("utf-8"))


def writes_state(node):
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update":
        return any(keyword.arg == "state" for keyword in node.keywords)
    return False


def test_only_the_workflow_writes_states():
    found = {name for name, tree in trees() if any(writes_state(node) for node in ast.walk(tree))}
    allowed = ("core/workflow.py", *OWN_STATES)
    assert {name for name in found if not name.startswith(allowed)} == set()


def test_html_is_made_safe_in_the_listed_modules_only():
    found = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "mark_safe"
    }
    assert {name for name in found if not name.startswith(tuple(RAW_HTML))} == set()


@pytest.mark.parametrize(
    "word",
    [
        "post_save",
        "import pre_save",
        "import send_mail",
        "EmailMessage(",
        "datetime.now(",
        ".extra(",
        "| safe",
        "|safe",
    ],
)
def test_words_that_hide_something_do_not_occur(word):
    ours = [
        path for path in (ROOT / "templates").rglob("*.html") if "bootstrap5" not in path.parts
    ]  # help texts hold links
    texts = [*SOURCES, *sorted(ours)]
    assert [name_of(path) for path in texts if word in path.read_text("utf-8")] == []


def test_templates_carry_neither_style_nor_script_of_their_own():
    """The policy of the pages forbids both; mails are the exception, their readers know no stylesheets."""
    bad = re.compile(r"<script(?![^>]*(src=|application/json))|\sstyle=|<style|\son[a-z]+=")
    pages = [path for path in sorted((ROOT / "templates").rglob("*.html")) if not {"emails", "pdf"} & set(path.parts)]
    assert [name_of(path) for path in pages if bad.search(path.read_text("utf-8"))] == []


def test_no_template_translates_a_percent_sign_in_an_argument():
    """Django doubles it for the lookup and shows it doubled and untranslated; ``{% translate %}`` puts it right again."""
    found = [
        f"{path.relative_to(ROOT)}: {words}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for words in re.findall(r"""_\((?:"[^"]*%[^"]*"|'[^']*%[^']*')\)""", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_texts_are_marked_by_names_that_the_extraction_knows():
    """``gettext as _now`` leaves a text out of both languages, and nobody hears of it."""
    alias = re.compile(r"\bn?p?gettext(?:_lazy)? as (?!_\b)\w+")
    assert [name_of(path) for path in SOURCES if alias.search(path.read_text())] == []


def test_tasks_take_ids_only():
    for name, tree in trees():
        if not name.endswith("tasks.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any("shared_task" in ast.unparse(d) for d in node.decorator_list):
                given = [
                    argument.arg for argument in node.args.args if argument.arg != "self"
                ]  # a bound task's own object
                assert all(argument.endswith(("id", "ids")) for argument in given), f"{name}: {node.name}"


def test_every_scheduled_task_exists():
    from satisfaction.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} - set(app.tasks) == set()


def test_every_capability_that_a_role_grants_is_declared():
    from accounts.roles import GRANTS

    declared = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _name in model._meta.permissions
    }
    assert {name for names in GRANTS.values() for name in names} - declared == set()


def test_tests_run_on_postgresql_with_two_roles():
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    assert settings.DATABASES["default"]["USER"] != settings.DATABASES["owner"]["USER"]


def test_there_is_no_admin_site():
    assert all(pattern.app_name != "admin" for pattern in get_resolver().url_patterns if hasattr(pattern, "app_name"))


def test_print_the_ten_largest_modules(capsys):
    """Taste, not a limit: look at them in each review."""
    sizes = sorted(((len(path.read_text("utf-8").splitlines()), name_of(path)) for path in SOURCES), reverse=True)[:10]
    with capsys.disabled():
        print("\n" + "\n".join(f"{size:5d}  {name}" for size, name in sizes))  # noqa: T201 (this test is a report)
    assert sizes[0][0] < 1000
