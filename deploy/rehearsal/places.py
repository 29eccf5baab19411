"""Where a rehearsal keeps what its programs look for, in the one folder that it is given."""

import shutil
import subprocess
from pathlib import Path

from local.environment import ROOT


def image_folder(place: Path, reference: str) -> Path:
    """Return where an image is, by the digest in its name."""
    return place / "images" / reference.rpartition(":")[2][:12]


def socket_folder(place: Path, instance: str) -> Path:
    """Return the folder of a database's socket; its instance's name is a link to it."""
    return (place / "cloudsql" / instance).resolve()


def checked_out(folder: Path) -> None:
    """Copy what git knows of this checkout, as it is now."""
    known = ("ls-files", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(["git", "-C", ROOT, *known], capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
