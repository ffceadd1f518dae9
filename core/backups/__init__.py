"""Backups that are known to come back: dump, files and a manifest of what must be equal after a restore.

A backup is a directory with ``database.dump`` (pg_dump, custom format), ``media.tar``, ``manifest.json``
(rows and checksum of every table, checksum of every file, fingerprints of keys), and ``SHA256SUMS`` of
these. The keys are never among them. All of it works as the owner, beside Django's connections.
"""

from core.backups.errors import BackupError
from core.backups.making import make
from core.backups.restoring import drill, restore, verify

__all__ = ["BackupError", "drill", "make", "restore", "verify"]
