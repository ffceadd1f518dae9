"""A backup comes back equal, and a bad one never passes for a good one (SEC-03)."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core import backups
from core.backups.postgres import connected, table_facts
from core.crypto import encrypt, make_keys
from core.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path, settings):
    """Media, keys and data of this test alone, with something in each."""
    settings.MEDIA_ROOT, settings.KEYS_DIR = tmp_path / "media", tmp_path / "keys"
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    make_keys()
    (settings.MEDIA_ROOT / "attachments").mkdir(parents=True)
    (settings.MEDIA_ROOT / "attachments" / "附件.pdf").write_bytes(b"%PDF-1.7 \x00\xff")
    Heartbeat.objects.create(name="满意度 'quoted' \\ 1", at=timezone.now())
    return tmp_path


@pytest.fixture
def backup(place):
    backups.make(place / "backup", keys_file=place / "keys.json")
    return place / "backup"


def test_manifest_counts_what_is_there(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["database"]["tables"]["core_heartbeat"]["rows"] == 1
    assert list(manifest["media"]) == ["attachments/附件.pdf"]
    assert sorted(path.name for path in backup.iterdir()) == [
        "SHA256SUMS",
        "database.dump",
        "manifest.json",
        "media.tar",
    ]


def test_keys_are_apart_and_private(backup, place):
    keys = json.loads((place / "keys.json").read_text())
    assert sorted(keys) == ["field-1.key", "index.key"]
    assert (place / "keys.json").stat().st_mode & 0o777 == 0o600
    for path in backup.iterdir():
        assert not any(text.encode() in path.read_bytes() for text in keys.values())


def test_drill_compares_and_leaves_nothing_behind(backup, place, settings):
    call_command("restore", str(backup), "--drill")
    assert Heartbeat.objects.filter(name="backup_drill").count() == 1
    assert list(settings.DATA_DIR.iterdir()) == []
    with connected("postgres") as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'portal_drill_%%'")
        assert cursor.fetchone() == (0,)


def test_a_checksum_sees_one_changed_value():
    Heartbeat.objects.create(name="a", at=timezone.now())
    with connected() as cursor:
        before = table_facts(cursor)["core_heartbeat"]
        Heartbeat.objects.update(at=timezone.now() + timedelta(microseconds=1))
        after = table_facts(cursor)["core_heartbeat"]
    assert before["rows"] == after["rows"] == 1
    assert before["checksum"] != after["checksum"]


def truncate(backup):
    dump = backup / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-100])


def flip_a_bit(backup):
    data = bytearray((backup / "media.tar").read_bytes())
    data[700] ^= 1
    (backup / "media.tar").write_bytes(data)


def empty(backup):
    for path in backup.iterdir():
        path.unlink()


def lose_the_dump(backup):
    (backup / "database.dump").unlink()


def forge_the_manifest(backup):
    text = (backup / "manifest.json").read_text()
    (backup / "manifest.json").write_text(text.replace('"rows": 1', '"rows": 2'))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncate, "database.dump is missing, truncated or damaged"),
        (flip_a_bit, "media.tar is missing, truncated or damaged"),
        (empty, "is not a backup"),
        (lose_the_dump, "database.dump is missing, truncated or damaged"),
        (forge_the_manifest, "manifest.json is missing, truncated or damaged"),
    ],
)
def test_a_damaged_backup_fails_loudly(backup, damage, message):
    damage(backup)
    with pytest.raises(CommandError, match=message):
        call_command("restore", str(backup), "--drill")
    assert not Heartbeat.objects.filter(name="backup_drill").exists()


def test_the_wrong_key_fails_loudly(backup, settings, place):
    settings.KEYS_DIR = place / "other"
    make_keys()
    with pytest.raises(CommandError, match=r"do not open this backup \(field-1.key, index.key\)"):
        call_command("restore", str(backup), "--drill")


def test_other_keys_are_never_replaced(backup, settings, place):
    settings.KEYS_DIR = place / "other"
    make_keys()
    with pytest.raises(CommandError, match="already holds other keys"):
        call_command("restore", str(backup), "--keys", str(place / "keys.json"))


def test_a_stale_backup_fails_loudly(place, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda now=timezone.now: now() - timedelta(hours=30))
        backups.make(place / "old")
    with pytest.raises(CommandError, match="older than 26 hours"):
        call_command("restore", str(place / "old"), "--drill", "--max-age-hours", "26")


def test_a_dump_that_holds_a_key_fails(place, settings):
    Heartbeat.objects.create(name=(settings.KEYS_DIR / "index.key").read_text()[:40], at=timezone.now())
    (settings.MEDIA_ROOT / "leak.txt").write_text((settings.KEYS_DIR / "index.key").read_text())
    backups.make(place / "leaky")
    with pytest.raises(CommandError, match="holds an encryption key"):
        call_command("restore", str(place / "leaky"), "--drill")


def test_an_existing_directory_is_not_overwritten(backup):
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(backup))


def test_keys_do_not_go_into_the_backup(place):
    with pytest.raises(CommandError, match="must not lie beside the data"):
        call_command("backup", str(place / "new"), "--with-keys", str(place / "new" / "keys.json"))
    assert not (place / "new").exists()


def test_restore_into_an_empty_installation_and_again(backup, place, child_environment):
    """Another machine: no database, no files, no keys. The second restore keeps what the first brought."""
    database = f"restored_{connection.settings_dict['NAME']}"
    moved = {
        name: child_environment[name].replace(f"/{connection.settings_dict['NAME']}?", f"/{database}?")
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    home = {
        "KEYS_DIR": str(place / "new" / "keys"),
        "MEDIA_ROOT": str(place / "new" / "media"),
        "DATA_DIR": str(place),
    }
    environment = {**os.environ, **moved, **home}

    def restore(*arguments):
        command = [sys.executable, "manage.py", "restore", str(backup), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert "all equal" in restore("--keys", str(place / "keys.json"))
    assert (place / "new" / "media" / "attachments" / "附件.pdf").read_bytes() == b"%PDF-1.7 \x00\xff"
    assert "is kept as database restored_" in restore()
    with connected(database) as cursor:
        cursor.execute("SELECT name FROM core_heartbeat")
        assert cursor.fetchall() == [("满意度 'quoted' \\ 1",)]
        cursor.execute("SELECT has_table_privilege('portal_app', 'core_event', 'INSERT'), "
                       "has_table_privilege('portal_app', 'core_event', 'DELETE')")  # fmt: skip
        assert cursor.fetchone() == (True, False)


def test_a_database_in_use_is_not_replaced(backup):
    with connected() as cursor:
        cursor.execute("SELECT 1")
        with pytest.raises(CommandError, match="is in use by"):
            call_command("restore", str(backup))
    assert Heartbeat.objects.count() == 1


def test_encrypted_values_are_read_back(place):
    from core.backups.restoring import require_readable

    good = encrypt("13800000000", context="t.c")
    require_readable([good], "t.c")
    with pytest.raises(backups.BackupError, match="unreadable"):
        require_readable([good], "other.column")
