"""What does Django REST framework not find, though it is installed for somebody else?

Its `compat` loads every package that it could make use of: for browsable pages, for its own
OpenAPI document, for its test client. We use none of that, yet other parts and the tools of
developers bring the packages along; they would be a tenth of the start.
"""

import sys
from importlib import import_module

COMPAT = "rest_framework.compat"
UNUSED = (
    "coreapi",
    "django.contrib.postgres",
    "guardian",
    "inflection",
    "markdown",
    "pygments",
    "requests",
    "uritemplate",
    "yaml",
)


def load_compat() -> None:
    """Load the module while what it does not need can not be imported; afterwards it can.

    None in `sys.modules` says so: the language's reference, "The module cache".
    """
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        import_module(COMPAT)
    finally:
        for name in hidden:
            del sys.modules[name]
