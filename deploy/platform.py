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
        stack.init_in(os.environ)
        stack.plan({})
        print(stack.run("show", "-no-color", SAVED))
        if sys.argv[1:] == ["apply"]:
            print(stack.apply())
    except TerraformFailed as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
