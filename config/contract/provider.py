"""What does the environment say of the outside identity provider? Part of the variables."""

from config.contract import addresses
from config.contract.declaring import Variable
from config.contract.parsing import text

PROVIDER_SECRETS = (
    Variable(
        "OIDC_CLIENT_SECRET",
        text,
        None,
        "proves to that provider's token endpoint that it is OIDC_CLIENT_ID who asks",
        example="change-me-to-what-the-provider-gave",
    ),
)

PROVIDER_PLAIN = (
    Variable(
        "AUTH_SERVER_URL",
        addresses.web_url,
        None,
        "the issuer (iss) of an outside identity provider; goes with the next two",
        example="https://login.example.com",
    ),
    Variable(
        "JWKS_URL",
        addresses.web_url,
        None,
        "where that provider publishes its keys; https, but on this machine in LOCAL",
        example="https://login.example.com/.well-known/jwks.json",
    ),
    Variable("AUTH_AUDIENCE", text, None, "the aud its tokens must name", example="taskflow"),
    Variable(
        "OIDC_CLIENT_ID",
        text,
        None,
        "lets staff enter the console through that provider, as this client of it; goes with the "
        "secret and the next two; its redirect URI is BASE_URL/admin/login/callback/",
        example="taskflow-console",
    ),
    Variable(
        "OIDC_AUTHORIZATION_URL",
        addresses.web_url,
        None,
        "the provider's authorization_endpoint; https, but on this machine in LOCAL",
        example="https://login.example.com/authorize",
    ),
    Variable(
        "OIDC_TOKEN_URL",
        addresses.web_url,
        None,
        "its token_endpoint; https, but on this machine in LOCAL",
        example="https://login.example.com/token",
    ),
)
