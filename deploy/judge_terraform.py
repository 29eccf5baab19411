"""Are the Terraform stacks well formed, valid by the provider's schema, and true to their rules?"""

import sys

from deploy.rehearsal.paper_cloud import PaperCloud
from deploy.rehearsal.stacks import TERRAFORM, copied
from deploy.stack import TerraformFailed
from local.environment import CannotStart


def main() -> None:
    """Ask Terraform for each stack. Ends with 1 and what it said when it refuses one."""
    try:
        with copied(PaperCloud({})) as stacks:
            stacks["service"].run("fmt", "-check", "-diff", "-recursive", str(TERRAFORM))
            for name, stack in stacks.items():
                stack.init()
                stack.run("validate", "-no-color")
                print(f"{name}: {stack.run('test', '-no-color').strip().splitlines()[-1]}")
    except (TerraformFailed, CannotStart) as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
