"""Plain Django REST framework: ModelSerializer, simplejwt, the standard middleware."""
