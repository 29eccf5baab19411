"""The staff console's first page: the state of board, issuer, history and one-shots at a glance."""
