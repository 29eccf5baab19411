"""Django asks for its own routes; all that is answered is in api.py."""

urlpatterns: list[object] = []
