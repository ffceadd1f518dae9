"""Making a backup."""

import json
import shutil
import tarfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from core.backups.errors import BackupError
from core.backups.files import fingerprints, key_files, media_facts, sha256, write_keys
from core.backups.postgres import connected, run, table_facts

DUMP, MEDIA, MANIFEST, SUMS = "database.dump", "media.tar", "manifest.json", "SHA256SUMS"
FORMAT = 1


def make(directory, *, keys_file=None):
    """Write a backup into ``directory``, which appears only when it is complete. Returns its manifest."""
    directory = Path(directory)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BackupError(f"{directory} is not empty. Name a new directory.")
    if keys_file and directory.resolve() in Path(keys_file).resolve().parents:
        raise BackupError("The keys must not lie beside the data they open. Name a file outside the backup.")
    unfinished = directory.with_name(f"{directory.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        manifest = _fill(unfinished)
        if keys_file:
            write_keys(keys_file)
        if directory.exists():
            directory.rmdir()
        unfinished.rename(directory)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error}")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _fill(directory):
    manifest = {"format": FORMAT, "made_at": timezone.now().isoformat(), "database": _dump(directory / DUMP)}
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    manifest["media"] = media_facts(settings.MEDIA_ROOT)
    with tarfile.open(directory / MEDIA, "w") as archive:
        for name in manifest["media"]:
            archive.add(settings.MEDIA_ROOT / name, arcname=name)
    manifest["keys"] = fingerprints(key_files())
    (directory / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    sums = "".join(f"{sha256(directory / name)}  {name}\n" for name in (DUMP, MEDIA, MANIFEST))
    (directory / SUMS).write_text(sums, encoding="ascii")
    return manifest


def _dump(target):
    """Dump one moment of the database and return the facts of the same moment."""
    with connected() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
        snapshot, version = cursor.fetchone()
        arguments = ("--format=custom", "--no-owner", "--no-privileges")
        run("pg_dump", *arguments, f"--snapshot={snapshot}", f"--file={target}")
        facts = table_facts(cursor)
        cursor.execute("COMMIT")
    return {"server": version, "tables": facts}
