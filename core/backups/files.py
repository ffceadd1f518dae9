"""Stored files, and the keys that must lie elsewhere."""

import hashlib
import json
import os
from pathlib import Path

from django.conf import settings

from core.backups.errors import BackupError

CHUNK = 1024 * 1024


def sha256(path):
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def media_facts(root):
    return {
        path.relative_to(root).as_posix(): sha256(path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def key_files():
    """{file name: contents} of the keys in use."""
    return {path.name: path.read_text() for path in sorted(settings.KEYS_DIR.glob("*.key"))}


def fingerprints(keys):
    return {name: hashlib.sha256(b"portal key " + text.encode()).hexdigest()[:32] for name, text in keys.items()}


def holds(stream, needles):
    """Whether one of the byte strings occurs in the stream."""
    overlap = max(map(len, needles), default=1)
    before = b""
    while piece := stream.read(CHUNK):
        window = before + piece
        if any(needle in window for needle in needles):
            return True
        before = window[-overlap:]
    return False


def write_keys(path):
    """Write the keys to a file of their own, readable by its owner only."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        json.dump(key_files(), handle, indent=1)


def install_keys(path):
    """Put keys from such a file into KEYS_DIR. Raises BackupError rather than replace a different one."""
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{path} is not a key file: {error}")
    present = key_files()
    if other := sorted(name for name, text in given.items() if present.get(name, text) != text):
        raise BackupError(f"{settings.KEYS_DIR} already holds other keys ({', '.join(other)}). Move them away first.")
    settings.KEYS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in given.items():
        if name not in present and Path(name).name == name:
            with open(os.open(settings.KEYS_DIR / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
                handle.write(text)
