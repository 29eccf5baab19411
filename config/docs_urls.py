"""Which path leads to which page for those who write clients?"""

from django.urls import path

from config import docs

urlpatterns = [
    path("openapi.json", docs.OpenAPI.as_view()),
    path("docs", docs.Swagger.as_view()),
    path("redoc", docs.Redoc.as_view()),
    path("problems", docs.Problems.as_view()),
]
