"""What the machine itself must offer: shared libraries and programs that no Python package carries."""

import ctypes
import ctypes.util
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass

PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
HEADLESS = "chromium-headless-shell"
BROWSERS = (HEADLESS, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTALLERS = {  # program → (command, package names); the first program found speaks for the system
    "apt-get": ("apt-get install -y --no-install-recommends", {}),
    "dnf": ("dnf install -y", {"pango": "pango harfbuzz", "venv": "python3", "redis": "redis"}),
    "zypper": ("zypper install -y", {"pango": "libpango-1_0-0 libharfbuzz-subset0", "redis": "redis"}),
    "pacman": ("pacman -S --noconfirm", {"pango": "pango harfbuzz", "redis": "redis"}),
    "brew": ("brew install", {"pango": "pango", "chromium": "--cask chromium", "redis": "redis"}),
}
DEBIAN = {
    "venv": "python3-venv",
    "pango": "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "chromium": "chromium",
    "redis": "redis-server",
}


@dataclass(frozen=True)
class Need:
    """Something the portal asks of the machine, and the words for a person who has to install it."""

    key: str
    reason: str


PYTHON_VENV = Need("venv", "Python's venv module makes the portal's own environment")
PANGO_LIBRARIES = Need("pango", "Pango draws the PDF reports")
CHROMIUM = Need("chromium", "a headless Chromium runs the browser tests and screenshots")
REDIS_SERVER = Need("redis", "the broker tests run on a genuine redis-server too")


def has_library(name):
    """Whether the dynamic loader finds the library, asked in the ways of Linux and macOS."""
    for candidate in (f"lib{name}.so.0", f"lib{name}.dylib", ctypes.util.find_library(name)):
        if not candidate:
            continue
        try:
            ctypes.CDLL(candidate)
        except OSError:
            continue
        return True
    return False


def find_chromium():
    """Path of a Chromium or Chrome, or None. CHROMIUM names one explicitly."""
    explicit = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, (explicit,) if explicit else BROWSERS)), None)


def has_ensurepip():
    """Debian keeps it in a package of its own, and without it there is no venv."""
    return importlib.util.find_spec("ensurepip") is not None


def is_met(need):
    if need is PANGO_LIBRARIES:
        return all(map(has_library, PANGO))
    if need is CHROMIUM:
        return find_chromium() is not None
    if need is REDIS_SERVER:
        return shutil.which("redis-server") is not None
    return has_ensurepip() or shutil.which("uv") is not None


def install_command(needs):
    """The line a person would type, or None where we know no package manager."""
    for program, (command, names) in INSTALLERS.items():
        if shutil.which(program):
            return f"{command} {' '.join(names.get(need.key) or debian_package(need) for need in needs)}"
    return None


def debian_package(need):
    """Chromium without its windows is quicker and smaller, where the system has it."""
    if need is CHROMIUM and offers(HEADLESS):
        return HEADLESS
    return DEBIAN[need.key]


def offers(package):
    """Whether apt knows a package of this name."""
    if not shutil.which("apt-cache"):
        return False
    return bool(subprocess.run(["apt-cache", "pkgnames", package], capture_output=True, check=False).stdout.strip())


def require(*needs):
    """Install what is missing where we may (root on Debian or Ubuntu); else name the command and stop."""
    missing = [need for need in needs if not is_met(need)]
    if not missing:
        return
    command = install_command(missing)
    if os.geteuid() == 0 and command and command.startswith("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        command = install_command(missing)  # a new list may know more packages
        print(f"Installing {', '.join(need.key for need in missing)}: {command}", flush=True)
        done = subprocess.run(command.replace("apt-get", "apt-get -qq", 1).split(), env=environment, check=False)
        missing = [need for need in missing if not is_met(need)]
        if done.returncode == 0 and not missing:
            return
    reasons = "\n".join(f"  - {need.key}: {need.reason}" for need in missing)
    prefix = "" if os.geteuid() == 0 or (command or "").startswith("brew") else "sudo "
    cure = (
        f"Install it and start again:\n  {prefix}{command}"
        if command
        else "Install it with your system's package manager and start again."
    )
    raise SystemExit(f"This machine lacks:\n{reasons}\n{cure}")
