"""Message catalogues without system tools: extract, list what is missing, set, check, compile.

Texts in the code are English; ``locale/zh_Hans`` holds the Chinese, ``locale/en`` the English as read by people.
Usage: ``messages.py update | missing [--under PATH…] | set FILE.json | check | compile``.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
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
    "templates",
)
LOCALES = {"zh_Hans": "zh_Hans", "en": "en"}
FOREIGN = ROOT / "locale" / "foreign.txt"  # texts of libraries that ship no zh-hans: msgid per line
KEYWORDS = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


def catalogue_path(locale: str, suffix: str = "po") -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / f"django.{suffix}"


@contextmanager
def locked():
    """One writer at a time; the lock file lives beside the catalogues and is not kept."""
    lock = Path(os.environ.get("TMPDIR", "/tmp")) / f"messages-{ROOT.stat().st_ino}.lock"  # noqa: S108 (a lock, no data)
    with open(lock, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def extract():
    """Yield (file, line, msgid, context) for every text in Python and templates."""
    from babel.messages.extract import extract as babel_extract

    for top in SOURCES:
        for path in sorted((ROOT / top).rglob("*")):
            if "migrations" in path.parts or path.suffix not in (".py", ".html", ".txt"):
                continue
            source = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                if "{%" not in source:
                    continue
                source = templatize_text(source, path)
            stream = io.BytesIO(source.encode())
            for line, msgid, _comments, context in babel_extract("python", stream, KEYWORDS, (), {"encoding": "utf-8"}):
                yield path.relative_to(ROOT).as_posix(), line, msgid, context
    if FOREIGN.exists():
        for number, text in enumerate(FOREIGN.read_text(encoding="utf-8").splitlines(), 1):
            if text and not text.startswith("#"):
                msgid = tuple(text.split(" || ")) if " || " in text else text
                yield "locale/foreign.txt", number, msgid, None


def templatize_text(source: str, path: Path) -> str:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation import templatize

    source = re.sub(r"\{%\s*translate\b", "{% trans", source)
    return templatize(source, origin=str(path))


def load(locale: str):
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = catalogue_path(locale)
    if path.exists():
        with open(path, "rb") as handle:
            return read_po(handle, locale=LOCALES[locale])
    return Catalog(locale=LOCALES[locale], project="portal", charset="utf-8")


def save(locale: str, catalogue) -> None:
    from babel.messages.pofile import write_po

    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, sort_output=True, no_location=False, include_lineno=False, omit_header=False)
    text = re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): .*\\n"\n',
        b"",
        buffer.getvalue(),
    )
    path.write_bytes(text)
    write_compiled(locale, catalogue)


def write_compiled(locale: str, catalogue) -> None:
    from babel.messages.mofile import write_mo

    path = catalogue_path(locale, "mo")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    temporary = path.with_suffix(f".mo.{os.getpid()}")
    temporary.write_bytes(compiled.getvalue())
    temporary.replace(path)


def updated(locale: str):
    from babel.messages.catalog import Catalog

    old = load(locale)
    new = Catalog(locale=LOCALES[locale], project="portal", charset="utf-8")
    for file, line, msgid, context in extract():
        known = old.get(msgid[0] if isinstance(msgid, tuple) else msgid, context)
        string = known.string if known is not None else ""
        if isinstance(msgid, tuple) and not isinstance(string, tuple):
            string = (string,) if locale == "zh_Hans" else (string, "")
        elif not isinstance(msgid, tuple) and isinstance(string, tuple):
            string = string[0]
        if locale == "en" and not any(string if isinstance(string, tuple) else (string,)):
            string = msgid
        added = new.add(msgid, string, locations=[(file, line)], context=context)
        if "%" in str(msgid):
            added.flags.discard("python-format") if "%(" not in str(msgid) and "%s" not in str(
                msgid
            ) and "%d" not in str(msgid) else None
    return new


def update() -> None:
    for locale in LOCALES:
        save(locale, updated(locale))


def missing(locale="zh_Hans", under=()) -> list:
    rows = []
    for message in updated(locale):
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        files = sorted({file for file, _line in message.locations})
        if all(strings) and not message.fuzzy:
            continue
        if under and not any(file.startswith(tuple(under)) for file in files):
            continue
        rows.append((message.context, message.id, files))
    return rows


def as_questions(rows):
    """The missing texts in the form that ``set`` takes back: {"context\\u0004msgid": "" or [""]}."""
    for context, msgid, _files in rows:
        plural = isinstance(msgid, tuple)
        yield (f"{context}\u0004" if context else "") + (msgid[0] if plural else msgid), [""] if plural else ""


def set_texts(path: str) -> None:
    """Write Chinese from ``{"msgid": "中文", "context\\u0004msgid": "中文"}``; unknown texts are named, not kept."""
    texts = json.loads(Path(path).read_text(encoding="utf-8"))
    catalogue = updated("zh_Hans")
    for key, value in texts.items():
        context, _, msgid = key.rpartition("\u0004")
        message = catalogue.get(msgid, context or None)
        if message is None:
            print(f"unknown text, not written: {key!r}")
            continue
        value = value if isinstance(value, list) else [value]
        message.string = tuple(value[:1]) if isinstance(message.id, tuple) else value[0]
        message.flags.discard("fuzzy")
    save("zh_Hans", catalogue)
    save("en", updated("en"))


PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|%[sd]|(?<!\{)\{[a-z_0-9]*\}(?!\})")


def problems() -> list[str]:
    """What a release must not have: missing, fuzzy, stale or damaged texts."""
    found = []
    for locale in LOCALES:
        stored, wanted = load(locale), updated(locale)
        for message in wanted:
            if not message.id:
                continue
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            where = ", ".join(sorted({file for file, _line in message.locations}))
            if not all(strings):
                found.append(f"{locale}: missing: {message.id!r} ({where})")
                continue
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            holes = {frozenset(PLACEHOLDER.findall(text)) for text in ids}
            if any(not (set(PLACEHOLDER.findall(text)) <= max(holes, key=len)) for text in strings):
                found.append(f"{locale}: placeholders differ: {message.id!r} ({where})")
        for message in stored:
            if message.id and message.fuzzy:
                found.append(f"{locale}: fuzzy: {message.id!r}")
            if (
                message.id
                and wanted.get(message.id if isinstance(message.id, str) else message.id[0], message.context) is None
            ):
                found.append(f"{locale}: no longer used: {message.id!r}")
    return found


def compile_all() -> None:
    for locale in LOCALES:
        target, source = catalogue_path(locale, "mo"), catalogue_path(locale)
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            write_compiled(locale, load(locale))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("update", "missing", "set", "check", "compile"))
    parser.add_argument("file", nargs="?")
    parser.add_argument("--under", nargs="*", default=())
    options = parser.parse_args()
    if options.command == "compile":
        compile_all()
        return 0
    with locked():
        if options.command == "update":
            update()
        elif options.command == "set":
            set_texts(options.file)
        elif options.command == "missing":
            rows = missing(under=options.under)
            print(json.dumps(dict(as_questions(rows)), ensure_ascii=False, indent=0))
        else:
            found = problems()
            print("\n".join(found) or "texts complete in both languages")
            return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
