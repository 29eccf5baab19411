"""Where is Terraform? On this machine, else the pinned release, checked by its sum."""

import hashlib
import http.client
import io
import platform
import re
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

from local.environment import ROOT, CannotStart

VERSION = "1.11.4"
RELEASES = "https://releases.hashicorp.com/terraform"
OLDEST = (1, 11)
SUMS = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
OWN = ROOT / ".tools" / "terraform" / VERSION / "terraform"
_SECONDS = 60


def terraform() -> str:
    """Return the program's path, fetching it when there is none. Raises CannotStart."""
    found = shutil.which("terraform")
    if found is not None and _version(found) >= OLDEST:
        return found
    if not OWN.exists():
        install(fetched(_platform()), OWN)
    return str(OWN)


def fetched(where: str, releases: str = RELEASES, sums: Mapping[str, str] = SUMS) -> bytes:
    """Return the pinned release for a platform, as it was published. Raises CannotStart."""
    by_hand = f"install Terraform {'.'.join(map(str, OLDEST))} or newer and put it on PATH"
    if where not in sums:
        raise CannotStart(f"No release of Terraform is pinned for {where}: {by_hand}.")
    url = f"{releases}/{VERSION}/terraform_{VERSION}_{where}.zip"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
            found: bytes = answer.read()
    except (OSError, http.client.HTTPException) as refused:
        raise CannotStart(
            f"Terraform is missing and {url} does not answer as it should: {by_hand}."
        ) from refused
    if hashlib.sha256(found).hexdigest() != sums[where]:
        raise CannotStart(f"{url} is not what was pinned: {by_hand}, and ask who changed it.")
    return found


def install(archive: bytes, program: Path) -> None:
    """Put it where it belongs in one move, so that nobody runs half of it."""
    program.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(f"{program}.part")
    fresh.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read("terraform"))
    fresh.chmod(0o755)
    fresh.rename(program)


def _version(program: str) -> tuple[int, ...]:
    told = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    numbers = re.search(r"^Terraform v(\d+)\.(\d+)", told, re.MULTILINE)
    return tuple(map(int, numbers.groups())) if numbers else (0,)


def _platform() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}_{machine}"
