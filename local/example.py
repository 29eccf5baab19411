"""Are the checked-in files what `manage.py contract` says?"""

import subprocess
import sys

from local.environment import ROOT

WRITTEN = {"env": ".env.example", "terraform": "deploy/terraform/shared/contract.json"}


def main() -> None:
    """Compare. Ends with 1 and what to run when they differ."""
    for style, name in WRITTEN.items():
        command = (sys.executable, "manage.py", "contract", "--format", style)
        contract = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if contract.returncode != 0:
            sys.exit(contract.stderr)
        file = ROOT / name
        if not file.exists() or file.read_text() != contract.stdout:
            sys.exit(f"Run `python manage.py contract --format {style} > {name}`.")


if __name__ == "__main__":
    main()
