"""The change commits, then its audit row does: how users of this design run it today."""

from benchmarks.peers.threaded import build

app = build(one_transaction=False)
