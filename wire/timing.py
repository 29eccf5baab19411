"""What every request knows of time; config.middleware makes it so."""

from datetime import datetime
from typing import Protocol


class Timed(Protocol):
    """A request with the one instant that everything in it happens at."""

    at: datetime
