"""Read by Django, by these names."""

DATETIME_FORMAT = r"j M Y, H:i:s \U\T\C"
DATE_FORMAT = "j M Y"
