"""How fast, compared with what? `make bench` measures the service and its peers in one run."""
