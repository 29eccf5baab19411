"""Is .env.example what `manage.py contract --format env` says?"""

import subprocess
import sys

from local.environment import ROOT

EXAMPLE = ROOT / ".env.example"
COMMAND = (sys.executable, "manage.py", "contract", "--format", "env")


def main() -> None:
    """Compare. Ends with 1 and what to run when they differ."""
    contract = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=False)
    if contract.returncode != 0:
        sys.exit(contract.stderr)
    if not EXAMPLE.exists() or EXAMPLE.read_text() != contract.stdout:
        sys.exit("Run `python manage.py contract --format env > .env.example`.")


if __name__ == "__main__":
    main()
