"""The same, repaired: one transaction and a row lock. The fair peer."""

from benchmarks.peers.threaded import build

app = build(one_transaction=True)
