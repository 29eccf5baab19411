"""Is this secret one that anybody would try? A short public list, and secrets with no variety."""

from types import MappingProxyType

# What examples, tutorials and generators put where a secret belongs; ours is among them.
PLACEHOLDERS = (
    "changeme",
    "replaceme",
    "password",
    "secretsecret",
    "replacewith",
    "yoursecret",
    "yourkey",
    "insertsecret",
    "djangoinsecure",
    "localdevelopmentonly",
)
# Words that add length but nothing to guess.
WORDS = (
    *PLACEHOLDERS,
    "password",
    "passwort",
    "secret",
    "default",
    "example",
    "taskflow",
    "insecure",
    "letmein",
    "welcome",
    "qwertyuiop",
    "asdfghjkl",
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "0123456789",
    "bypass",
    "admin",
    "django",
    "token",
    "super",
    "test",
    "key",
    "dev",
)
_FEWEST_CHARACTERS = 6
_SEPARATORS = MappingProxyType(dict.fromkeys(map(ord, "-_. :/+!"), ""))


def is_weak(secret: str) -> bool:
    """Say whether the secret is a placeholder, a repetition, or little beside well-known words."""
    if is_placeholder(secret) or _repeats(secret):
        return True
    bare = _bare(secret)
    for word in WORDS:
        bare = bare.replace(word, "")
    return len(set(bare)) < _FEWEST_CHARACTERS


def is_placeholder(secret: str) -> bool:
    """Say whether the secret only keeps the place of one."""
    return _bare(secret).startswith(PLACEHOLDERS)


def _bare(secret: str) -> str:
    return secret.casefold().translate(_SEPARATORS)


def _repeats(secret: str) -> bool:
    """A repetition is found inside itself doubled, elsewhere than at both ends."""
    return secret in (secret + secret)[1:-1]
