"""Which path leads where?"""

from django.urls import path

from accounts import metadata_views, oauth_views, token_status_views, views

urlpatterns = [
    path("api/token", views.SignIn.as_view()),
    path("api/token/refresh", views.Refresh.as_view()),
    path("api/token/revoke", views.Revoke.as_view()),
    path("api/sessions", views.Sessions.as_view()),
    path("api/sessions/<uuid:session_id>", views.OneSession.as_view()),
    path("api/me", views.WhoAmI.as_view()),
    path("oauth/token", oauth_views.Token.as_view()),
    path("oauth/introspect", token_status_views.Introspect.as_view()),
    path("oauth/revoke", token_status_views.Revoke.as_view()),
    path(".well-known/oauth-authorization-server", metadata_views.Issuer.as_view()),
    path(".well-known/openid-configuration", metadata_views.Issuer.as_view()),
    path(".well-known/oauth-protected-resource", metadata_views.Resource.as_view()),
    path(".well-known/oauth-protected-resource/mcp", metadata_views.MCPResource.as_view()),
    path(".well-known/token-shapes", metadata_views.Shapes.as_view()),
    path(".well-known/jwks.json", oauth_views.JWKS.as_view()),
    path(".well-known/statement-keys.json", metadata_views.StatementKeys.as_view()),
    path("api/auth/jwks", oauth_views.JWKS.as_view()),
]
