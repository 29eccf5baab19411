"""What if a request asks for nothing that is not so already?"""

from typing import Any


class Unchanged(Exception):
    """Nothing is to be written. No refusal: it carries the answer out of the recording.

    A recording without an entry cannot commit, so it is left the other way, by raising.
    """

    def __init__(self, found: Any) -> None:
        super().__init__()
        self.found = found
