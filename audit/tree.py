"""Merkle trees (RFC 9162, section 2.1): roots, proofs and how they are checked. Pure: no Django.

A tree is read in tiles: of each whole subtree of 256 leaves, of 256 such, and so on, the root is
kept. So no proof reads more than three tiles of a tree of sixteen million leaves.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, reduce
from typing import NamedTuple, TypeAlias

NODE = b"\x01"
TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
EMPTY = hashlib.sha256().digest()

# Given level and number, the hashes of a tile: at level 0 leaves, at level n the roots of whole
# subtrees of 256 ** n leaves. A tile at the edge may hold fewer than 256, or such as came later.
Tiles: TypeAlias = Callable[[int, int], Sequence[bytes]]


class Whole(NamedTuple):
    """The root of a subtree of 256 ** level leaves, the number-th from the left."""

    level: int
    number: int
    hash: bytes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees together."""
    return hashlib.sha256(NODE + left + right).digest()


class Frontier:
    """A tree that grows at its right edge: all that is needed to go on.

    `peaks` are the roots of its whole subtrees, the largest first; `whole` the tiled ones among
    those that were completed since it was made.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        self.whole: list[Whole] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf."""
        found, index, height = leaf, self.size, 0
        while index & 1:
            found = node_hash(self.peaks.pop(), found)
            index >>= 1
            height += 1
            if height % TILE_HEIGHT == 0:
                self.whole.append(Whole(height // TILE_HEIGHT, index, found))
        self.peaks.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self.peaks:
            return EMPTY
        return reduce(lambda right, left: node_hash(left, right), reversed(self.peaks))


class Tree:
    """A tree of a certain size, read from tiles; those may hold more than it did then."""

    def __init__(self, size: int, tiles: Tiles) -> None:
        self.size = size
        self._tile = cache(tiles)

    def frontier(self) -> Frontier:
        """Return what is needed to go on from here."""
        return Frontier(self.size, list(self._peaks()))

    def root(self) -> bytes:
        """Return the root."""
        return self.frontier().root()

    def inclusion(self, position: int) -> list[bytes]:
        """Return the path from a leaf up to the root (section 2.1.3.1)."""
        start, stop, path = 0, self.size, []
        while stop - start > 1:
            middle = start + _left(stop - start)
            if position < middle:
                path.append(self._span(middle, stop))
                stop = middle
            else:
                path.append(self._span(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, earlier: int) -> list[bytes]:
        """Return the proof that the tree began with that of an earlier size (section 2.1.4.1)."""
        start, stop, path = 0, self.size, []
        while stop > earlier:
            middle = start + _left(stop - start)
            if earlier <= middle:
                path.append(self._span(middle, stop))
                stop = middle
            else:
                path.append(self._span(start, middle))
                start = middle
        if start:
            path.append(self._span(start, stop))
        return path[::-1]

    def _peaks(self) -> Iterator[bytes]:
        start = 0
        for height in reversed(range(self.size.bit_length())):
            if self.size >> height & 1:
                yield self._whole(height, start >> height)
                start += 1 << height

    def _span(self, start: int, stop: int) -> bytes:
        size = stop - start
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._whole(height, start >> height)
        middle = start + _left(size)
        return node_hash(self._span(start, middle), self._span(middle, stop))

    def _whole(self, height: int, index: int) -> bytes:
        """Return the root of the index-th subtree of 2 ** height leaves."""
        level, rest = divmod(height, TILE_HEIGHT)
        number, first = divmod(index << rest, TILE)
        hashes = self._tile(level, number)[first : first + (1 << rest)]
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [node_hash(left, right) for left, right in pairs]
        return hashes[0]


def includes(root: bytes, size: int, *, leaf: bytes, position: int, path: Sequence[bytes]) -> bool:
    """Tell whether the path proves that the leaf has that position (section 2.1.3.2)."""
    at, last, found = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            at, last = _up_while_left(at, last)
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return 0 <= position < size and last == 0 and found == root


def extends(root: bytes, size: int, *, earlier: tuple[bytes, int], path: Sequence[bytes]) -> bool:
    """Tell whether the path proves that the tree began with the earlier one (section 2.1.4.2)."""
    old_root, old_size = earlier
    if not 0 < old_size < size:
        return not path and (old_size == 0 or earlier == (root, size))
    path = [old_root, *path] if old_size & (old_size - 1) == 0 else path
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0] if path else EMPTY
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            at, last = _up_while_left(at, last)
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, root)


def _up_while_left(at: int, last: int) -> tuple[int, int]:
    """Pass the levels at which the right edge has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _left(size: int) -> int:
    """Return the largest power of two that is smaller than the size."""
    return 1 << (size - 1).bit_length() - 1
