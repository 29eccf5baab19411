"""Which version is this? The same number as in pyproject.toml."""

VERSION = "0.1.0"
