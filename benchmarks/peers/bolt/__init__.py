"""django-bolt: a server in Rust that verifies the bearer, Django's ORM, answers of msgspec."""
