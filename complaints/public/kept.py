"""Files that came with a form which was not taken yet: a browser does not send them a second time by itself.

They lie apart from the attachments, under the key of the form, for a day; how much may lie there is limited.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from core import attachments

DAY = 86400
MOST = 200  # forms whose files are kept at one time


@dataclass(frozen=True)
class Kept:
    number: str
    name: str
    path: Path

    @property
    def size(self):
        return self.path.stat().st_size

    def opened(self):
        return File(self.path.open("rb"), name=self.name)


def of(key):
    """Kept files of the form ``key``, in the order in which they came."""
    found = sorted(_folder(key).glob("*-*")) if _root().is_dir() else []
    return [Kept(path.name.partition("-")[0], path.name.partition("-")[2], path) for path in found]


def keep(key, files):
    """Put checked ``files`` by for the next try; False when there is no room and they have to be chosen again."""
    folders = list(_root().iterdir()) if _root().is_dir() else []
    old = [folder for folder in folders if time.time() - folder.stat().st_mtime > DAY]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    if len(folders) - len(old) >= MOST:
        return False
    folder, first = _folder(key), len(of(key))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number, file in enumerate(files, first):
        name = f"{time.time_ns()}{number:02d}-{attachments.clean_name(file.name)}"
        with (folder / name).open("wb") as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy)
        file.seek(0)
    return True


def drop(kept):
    for one in kept:
        one.path.unlink(missing_ok=True)


def forget(key):
    """The form was taken, and its files with it."""
    if _root().is_dir():
        shutil.rmtree(_folder(key), ignore_errors=True)


def _root():
    return Path(settings.MEDIA_ROOT) / "voice"


def _folder(key):
    return _root() / key
