"""Which path leads where?"""

from django.urls import path

from accounts import oauth_views, views

urlpatterns = [
    path("api/token", views.SignIn.as_view()),
    path("api/token/refresh", views.Refresh.as_view()),
    path("api/token/revoke", views.Revoke.as_view()),
    path("api/sessions", views.Sessions.as_view()),
    path("api/sessions/<uuid:session_id>", views.OneSession.as_view()),
    path("api/me", views.WhoAmI.as_view()),
    path("oauth/token", oauth_views.Token.as_view()),
    path(".well-known/jwks.json", oauth_views.JWKS.as_view()),
    path("api/auth/jwks", oauth_views.JWKS.as_view()),
]
