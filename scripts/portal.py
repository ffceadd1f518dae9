"""The target of every line of the Makefile: makes the environment, then hands over to the part asked for.

Standard library only, any Python from 3.11 on: ``python3 scripts/portal.py run | test | check | soak | …``.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (before any import that an old Python would stumble over)
    import shutil

    for _name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        _other = shutil.which(_name)
        if _other:
            os.execv(_other, [_other, *sys.argv])  # noqa: S606 (our own arguments, no shell)
    sys.exit("The portal needs Python 3.11 or newer. Install one, or name it: make PYTHON=/path/to/python3 run")

import argparse
import hashlib
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import machine  # noqa: E402

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = ("requirements.txt", "requirements-embedded.txt")
DEVELOPMENT = (*RUNTIME, "requirements-dev.txt")


def python_works():
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0


def fingerprint(files):
    """What decides whether an installed environment is still the right one."""
    digest = hashlib.sha256(os.fsencode(VENV))
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(files):
    """Make or complete .venv. A stamp of the requirement files lets the next start skip it."""
    stamp = VENV / f".installed-{Path(files[-1]).stem}"
    if stamp.exists() and stamp.read_text() == fingerprint(files) and python_works():
        return
    machine.require(machine.PYTHON_VENV)
    uv = shutil.which("uv")
    if not python_works():
        print("Making the environment in .venv …", flush=True)
        by_uv = [uv, "venv", "-q", "--python", sys.executable]
        by_python = [sys.executable, "-m", "venv", "--clear"]
        subprocess.run([*(by_python if machine.has_ensurepip() else by_uv), VENV], check=True)
    print(f"Installing {', '.join(files)} …", flush=True)
    arguments = ["--require-hashes", *(part for name in files for part in ("-r", str(ROOT / name)))]
    ways = [[uv, "pip", "install", "-q", "--python", PYTHON]] if uv else []
    ways.append([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"])  # knows other indexes than uv
    if not any(subprocess.run([*way, *arguments], check=False).returncode == 0 for way in ways):
        sys.exit("The requirements could not be installed; the reason stands above.")
    stamp.write_text(fingerprint(files))


def prepare(files, *needs):
    import fcntl

    machine.require(*needs)
    handle = os.open(ROOT, os.O_RDONLY)  # one at a time; closed by exec
    fcntl.flock(handle, fcntl.LOCK_EX)
    install(files)
    os.close(handle)
    subprocess.run([PYTHON, ROOT / "scripts" / "messages.py", "compile"], cwd=ROOT, check=True)


def load_dotenv():
    """Values of .env that the environment does not give already."""
    path = ROOT / ".env"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        name, equals, value = line.strip().partition("=")
        if equals and value and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def hand_over(*arguments):
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 (our own interpreter, no shell)


def test_needs():
    redis = (machine.REDIS_SERVER,) if os.environ.get("CI") else ()
    return (machine.PANGO_LIBRARIES, machine.CHROMIUM, *redis)


def run(arguments):
    """Start everything; Ctrl-C stops it."""
    load_dotenv()
    prepare(RUNTIME, machine.PANGO_LIBRARIES)
    hand_over("-m", "scripts.run", *arguments)


def manage(arguments):
    """manage.py beside the local servers: those of a running portal, or its own for the moment."""
    load_dotenv()
    prepare(RUNTIME, machine.PANGO_LIBRARIES)
    hand_over("-m", "scripts.run", "--manage", *arguments)


def test(arguments):
    """The test suite, or the part named."""
    prepare(DEVELOPMENT, *test_needs())
    hand_over("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *arguments)


def soak(arguments):
    """The long kill and race runs."""
    prepare(DEVELOPMENT, *test_needs())
    hand_over("-m", "pytest", "-m", "soak", "-v", *arguments)


def check(arguments):
    """Everything that can be said about the code without running it."""
    prepare(DEVELOPMENT, machine.PANGO_LIBRARIES)
    hand_over("-m", "scripts.check", *arguments)


def screenshots(arguments):
    """Contact sheets of every page."""
    prepare(DEVELOPMENT, machine.PANGO_LIBRARIES, machine.CHROMIUM)
    hand_over("-m", "scripts.screenshots", *arguments)


COMMANDS = {task.__name__: task for task in (run, manage, test, soak, check, screenshots)}


def main():
    if os.name != "posix":
        sys.exit("The local servers run on Linux and macOS. On Windows use WSL, or docker compose up.")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        COMMANDS[options.command](options.arguments)
    except subprocess.CalledProcessError as error:
        sys.exit(f"This failed, with its reason above: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
