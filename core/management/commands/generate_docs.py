"""Pages of docs/ that follow from the code: the states of every process, and which requirement is met where."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core.permissions import OTHERWISE
from core.workflow import REGISTRY

AREAS = {
    "SUR": 34, "QST": 29, "CHN": 18, "SMP": 16, "REM": 10, "TEL": 15, "VIS": 10, "FGD": 5, "DAT": 11, "PRV": 16, "ANA": 22, "RPT": 18,
    "CMP": 52, "DSK": 18, "IMP": 20, "SUP": 13, "KPI": 30, "RWD": 19, "CRM": 28, "CTR": 47, "STR": 36, "LIB": 11, "RES": 8, "OPT": 6,
    "SEC": 8, "QUA": 21, "ORG": 6,
}  # fmt: skip
MARKER = re.compile(rf"\b({'|'.join(AREAS)})-(\d\d)((?:(?:–|, ?)\d\d\b)*)")


def ids_in(text):
    """Requirement ids that a text names; ``SUR-01–04, 07`` is five of them."""
    for area, first, rest in MARKER.findall(text):
        last = int(first)
        yield f"{area}-{first}"
        for sign, number in re.findall(r"(–|, ?)(\d\d)", rest):
            start = last + 1 if sign == "–" else int(number)
            yield from (f"{area}-{found:02d}" for found in range(start, int(number) + 1))
            last = int(number)


class Command(BaseCommand):
    help = "Write docs/states/*.md and docs/requirements.md; --check only compares."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, check, **options):
        docs = settings.BASE_DIR / "docs"
        with translation.override("en"):
            pages = {docs / "states" / f"{name}.md": states_page(flow) for name, flow in sorted(REGISTRY.items())}
            pages[docs / "requirements.md"] = requirements_page(settings.BASE_DIR)
        stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
        extra = [path for path in (docs / "states").glob("*.md") if path not in pages]
        if check and (stale or extra):
            names = ", ".join(path.relative_to(settings.BASE_DIR).as_posix() for path in stale + extra)
            raise CommandError(f"not up to date: {names}. Run `make docs`.")
        if not check:
            for path in stale:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(pages[path], "utf-8")
            for path in extra:
                path.unlink()
        self.stdout.write("docs are up to date")


def states_page(flow):
    """A diagram and the table of one workflow."""
    lines = [
        f"# {flow.title}",
        "",
        f"Generated from the workflow table of `{flow.model}`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    first = next(iter(flow.table))
    lines.append(f"    [*] --> {first.value}")
    for state, steps in flow.table.items():
        lines += [f"    {state.value} --> {to.value}: {step.service.rpartition('.')[2]}" for to, step in steps.items()]
        if not steps:
            lines.append(f"    {state.value} --> [*]")
    tells = any(step.effect for steps in flow.table.values() for step in steps.values())
    more = (" effect |", "---|") if tells else ("", "")
    lines += [
        "```",
        "",
        f"| from | to | service | who and when | reason owed |{more[0]}",
        f"|---|---|---|---|---|{more[1]}",
    ]
    for state, steps in flow.table.items():
        for to, step in steps.items():
            who = OTHERWISE.get(step.rule, step.rule) if step.rule else "the clock"
            owed = "yes" if step.needs_reason else ""
            lines.append(
                f"| {state.label} | {to.label} | `{step.service}` | {who} | {owed} |"
                + (f" {step.effect} |" if tells else "")
            )
    return "\n".join(lines) + "\n"


def requirements_page(root):
    """Every requirement id with the tests and pages that name it; what nobody names is still to come."""
    found = {}
    for folder in (
        "tests",
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
    ):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts and "generate_docs" not in path.name:
                for marker in ids_in(path.read_text("utf-8")):
                    found.setdefault(marker, set()).add(Path(path).relative_to(root).as_posix())
    lines = [
        "# Which requirement is met where",
        "",
        "Generated from the ids named in tests and code: run `make docs`.",
        "",
    ]
    for area, count in AREAS.items():
        ids = [f"{area}-{number:02d}" for number in range(1, count + 1)]
        met = [name for name in ids if name in found]
        lines += [f"## {area} ({len(met)} of {count})", "", "| id | tests | code |", "|---|---|---|"]
        for name in ids:
            files = found.get(name, set())
            tests = sorted(f for f in files if f.startswith("tests/"))
            code = sorted(files - set(tests))
            lines.append(
                f"| {name} | {', '.join(f'`{f}`' for f in tests) or '–'} | {', '.join(f'`{f}`' for f in code) or '–'} |"
            )
        lines.append("")
    return "\n".join(lines)
