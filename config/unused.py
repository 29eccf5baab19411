"""What is installed, would be loaded at a start, and is used by nobody in it?

Two packages that we build on load others on the chance that somebody wants them. Together they
would be a sixth of the start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import cast

# What `rest_framework.compat` looks for: for browsable pages, its own OpenAPI document, its test
# client. Other parts and the tools of developers bring them along.
OPTIONAL = (
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


def leave_out() -> None:
    """Load both without; whoever asks for what they missed by its own name gets it afterwards."""
    # None says that there is none: the language's reference, "The module cache".
    with _instead(dict.fromkeys(OPTIONAL)):
        import_module("rest_framework.compat")
    # The package stands there with nothing in it, but finds the one small module that is meant.
    with _instead({"django.test": _unfilled("django.test")}):
        import_module("rest_framework_simplejwt.settings")


@contextmanager
def _instead(modules: dict[str, ModuleType | None]) -> Iterator[None]:
    """Have these stand for modules that are not loaded."""
    standing = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(standing)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]


def _unfilled(name: str) -> ModuleType:
    return module_from_spec(cast("ModuleSpec", find_spec(name)))
