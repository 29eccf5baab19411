"""Which path leads where in the console?"""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import sign_in
from console import pages

pages.load()

urlpatterns = [
    # Changing a password is an operation with an entry; the console's own page knows of none.
    path("admin/password_change/", RedirectView.as_view(url="/admin/")),
    path("admin/login/provider/", sign_in.Begin.as_view(), name="sign-in"),
    path("admin/login/callback/", sign_in.Finish.as_view(), name="signed-in"),
    path("admin/", admin.site.urls),
]
