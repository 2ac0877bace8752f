"""A real browser: the system's Chromium, installed with apt where the tests run as root."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.services.missing import ServiceMissing

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")
"""Without any font Cyrillic is boxes, and widths say nothing."""

ARGUMENTS = (
    # Root has no sandbox of its own, and containers have no /dev/shm to speak of.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
)
SENTENCE = (
    "The pages are tried in a real browser, and Chromium is not here: install it "
    "(apt-get install chromium) or name another in CONNECTOR_TEST_CHROMIUM."
)


def chromium() -> Path:
    """The path of a Chromium. Raises ServiceMissing."""
    named = os.environ.get("CONNECTOR_TEST_CHROMIUM")
    if named:
        return Path(named)
    found = _installed() or (_install() and _installed())
    if not found:
        raise ServiceMissing(SENTENCE)
    return Path(found)


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> bool:
    """Whether it was worth a try."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False, timeout=600,
        )  # fmt: skip
    return True
