"""The one file that knows simplejwt: its shell reads the header, nothing else of it is used."""

from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed as Misshapen

from accounts.errors import BadCredential

LARGEST = 8192  # bytes, as for the token itself


class BearerShell(JWTAuthentication):
    """Takes the bearer token out of `Authorization` (RFC 6750, section 2.1)."""

    www_authenticate_realm = "taskflow"

    def raw_token(self, request: Request) -> str | None:
        """Return the token, None when another scheme or none is used. Raises BadCredential."""
        header: bytes | None = self.get_header(request)
        if header is None:
            return None
        try:
            raw = self.get_raw_token(header)
        except Misshapen as error:
            raise BadCredential from error
        return None if raw is None else self._text(raw)

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge, the same for every cause."""
        return 'Bearer realm="taskflow", error="invalid_token"'

    def _text(self, raw: bytes) -> str:
        if len(raw) > LARGEST:
            raise BadCredential
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadCredential from error
