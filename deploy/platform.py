"""The platform stack of one stage: `python -m deploy.platform plan|apply`."""

import os
import sys

from deploy.stack import SAVED, Stack, TerraformFailed
from local.environment import ROOT

PLATFORM = ROOT / "deploy" / "terraform" / "platform"


def main() -> None:
    """Show the plan; `apply` carries out what was shown. Ends with 1 and Terraform's reason."""
    stack = Stack(PLATFORM, os.environ)
    try:
        bucket = os.environ["STATE_BUCKET"]
        stack.init(f"-backend-config=bucket={bucket}", "-backend-config=prefix=platform")
        stack.plan({})
        print(stack.run("show", "-no-color", SAVED))
        if sys.argv[1:] == ["apply"]:
            print(stack.apply())
    except TerraformFailed as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
