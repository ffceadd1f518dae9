"""Proving a backup, and bringing it back."""

import json
import secrets
import shutil
import tarfile
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils import timezone
from psycopg2.sql import SQL, Identifier

from core.backups.errors import BackupError
from core.backups.files import fingerprints, holds, install_keys, key_files, media_facts, sha256
from core.backups.making import DUMP, FORMAT, MANIFEST, MEDIA, SUMS
from core.backups.postgres import connected, run, table_facts, write_script
from core.crypto import EncryptedTextField, WrongKey, decrypt

SAMPLE = 50  # encrypted values per column that a restore reads


def verify(directory, *, max_age=None):
    """The manifest of an undamaged backup that our keys open. Raises BackupError for anything else."""
    directory = Path(directory)
    try:
        sums = dict(reversed(line.split("  ", 1)) for line in (directory / SUMS).read_text("ascii").splitlines())
    except (OSError, ValueError) as error:
        raise BackupError(f"{directory} is not a backup: {error}")
    if set(sums) != {DUMP, MEDIA, MANIFEST}:
        raise BackupError(f"{directory / SUMS} is damaged: it does not name the three files of a backup.")
    for name, expected in sums.items():
        if not (directory / name).is_file() or sha256(directory / name) != expected:
            raise BackupError(f"{directory / name} is missing, truncated or damaged. Use another backup.")
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise BackupError(f"The backup has format {manifest['format']}, this program reads {FORMAT}.")
    made_at = datetime.fromisoformat(manifest["made_at"])
    if max_age and timezone.now() - made_at > timedelta(hours=max_age):
        raise BackupError(f"The backup is of {made_at:%Y-%m-%d %H:%M} UTC, older than {max_age} hours.")
    if not manifest["database"]["tables"]:
        raise BackupError("The backup is empty: it holds no table.")
    ours = fingerprints(key_files())
    if wrong := sorted(name for name, print_ in manifest["keys"].items() if ours.get(name) != print_):
        text = f"The keys in {settings.KEYS_DIR} do not open this backup ({', '.join(wrong)})"
        raise BackupError(f"{text}. Give them with --keys.")
    return manifest


def _load(directory, manifest, database):
    """Restore into a new database and compare every table and a sample of what is encrypted."""
    with connected("postgres") as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(database)))
        made = SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(database))
        cursor.execute(made)
    how = ("--exit-on-error", "--no-owner", "--no-privileges")
    run("pg_restore", *how, str(Path(directory) / DUMP), database=database)
    with connected(database) as cursor:
        facts, expected = table_facts(cursor), manifest["database"]["tables"]
        names = facts.keys() | expected.keys()
        different = sorted(name for name in names if facts.get(name) != expected.get(name))
        if different:
            raise BackupError(f"These tables came back different: {', '.join(different)}.")
        _read_encrypted(cursor)


def _read_encrypted(cursor):
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not isinstance(field, EncryptedTextField):
                continue
            table, column = Identifier(model._meta.db_table), Identifier(field.column)
            question = SQL("SELECT {1} FROM public.{0} WHERE {1} <> '' LIMIT %s").format(table, column)
            cursor.execute(question, [SAMPLE])
            require_readable([value for (value,) in cursor.fetchall()], field._context())


def require_readable(values, context):
    """Raise BackupError unless our keys open every value."""
    for value in values:
        try:
            decrypt(value, context=context)
        except WrongKey as error:
            raise BackupError(f"Encrypted data came back unreadable: {error}")


def _unpack(directory, manifest, target):
    """Unpack the files that the manifest names, nowhere but under target, and compare each."""
    with tarfile.open(Path(directory) / MEDIA) as archive:
        held = set(archive.getnames())
        for name in manifest["media"]:
            path = target / name
            if not path.resolve().is_relative_to(target.resolve()) or name not in held:
                raise BackupError(f"{MEDIA} does not hold {name} as the manifest says.")
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.extractfile(name) as stored, open(path, "wb") as handle:
                shutil.copyfileobj(stored, handle)
    if media_facts(target) != manifest["media"]:
        raise BackupError("The stored files came back different.")


OWN_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"


def _drop(database):
    """Not WITH (FORCE): who is no superuser may not end an autovacuum worker that way; a plain drop ends it by itself."""
    with connected("postgres") as cursor:
        cursor.execute(OWN_SESSIONS, [database])
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(database)))


def drill(directory, *, max_age=None):
    """Restore beside the portal, compare, look for keys, throw away. Returns the manifest."""
    manifest = verify(directory, max_age=max_age)
    database = f"portal_drill_{secrets.token_hex(4)}"
    files = settings.DATA_DIR / database
    try:
        _load(directory, manifest, database)
        _unpack(directory, manifest, files)
        _require_no_keys(directory, files.parent / f"{database}.sql")
    finally:
        _drop(database)
        shutil.rmtree(files, ignore_errors=True)
    return manifest


def _require_no_keys(directory, script):
    needles = [text.strip().encode() for text in key_files().values()]
    try:
        write_script(Path(directory) / DUMP, script)
        for path in (script, Path(directory) / MEDIA):
            with open(path, "rb") as stream:
                if holds(stream, needles):
                    raise BackupError("The backup holds an encryption key. Find out how it got there; do not keep it.")
    finally:
        script.unlink(missing_ok=True)


def restore(directory, *, keys_file=None):
    """Bring database and files back; what stood there is kept. Returns (manifest, names of what is kept)."""
    if keys_file:
        install_keys(keys_file)
    manifest = verify(directory)
    main = connections["owner"].settings_dict["NAME"]
    stamp = timezone.now().strftime("%Y%m%d%H%M%S")
    fresh, files = f"{main}_restoring", settings.MEDIA_ROOT.with_name(f"{settings.MEDIA_ROOT.name}.restoring")
    shutil.rmtree(files, ignore_errors=True)
    try:
        _load(directory, manifest, fresh)
        files.mkdir(parents=True)
        _unpack(directory, manifest, files)
        kept = _swap_databases(fresh, main, f"{main}_before_{stamp}")
    except BaseException:
        _drop(fresh)
        shutil.rmtree(files, ignore_errors=True)
        raise
    return manifest, [*kept, *_swap_files(files, settings.MEDIA_ROOT, stamp)]


def _swap_databases(fresh, main, former):
    connections.close_all()
    with connected("postgres") as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [main])
        if users := cursor.fetchone()[0]:
            raise BackupError(f"{main} is in use by {users} connections. Stop web, worker and beat, then try again.")
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [main])
        exists = cursor.fetchone() is not None
        if exists:
            cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(main), Identifier(former)))
        cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(fresh), Identifier(main)))
    if exists and not _has_tables(former):
        _drop(former)
        return []
    return [f"database {former}"] if exists else []


def _has_tables(database):
    with connected(database) as cursor:
        return bool(table_facts(cursor))


def _swap_files(files, root, stamp):
    kept = []
    if root.exists() and any(root.iterdir()):
        former = root.with_name(f"{root.name}.before-{stamp}")
        root.rename(former)
        kept.append(str(former))
    elif root.exists():
        root.rmdir()
    files.rename(root)
    return kept
