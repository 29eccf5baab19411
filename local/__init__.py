"""What starts things on a developer's machine; never part of the image."""
