"""Merkle trees: known vectors, and the definitions of RFC 9162 word for word as the measure."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tree import EMPTY, TILE, Frontier, Tree, extends, includes, node_hash

# The leaves and roots of the test data that implementations of certificate transparency share.
INPUTS = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def leaf(number):
    return hashlib.sha256(b"\x00" + str(number).encode()).digest()


def root_by_definition(leaves):
    """Section 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_by_definition(leaves[:middle]), root_by_definition(leaves[middle:]))


def grown(leaves):
    frontier = Frontier()
    for each in leaves:
        frontier.append(each)
    return frontier


def stored(leaves):
    """Tiles as a database would hold them: leaves, and what the growing tree completed."""
    whole = grown(leaves).whole

    def tiles(level, number):
        part = slice(number * TILE, (number + 1) * TILE)
        return leaves[part] if level == 0 else [w.hash for w in whole if w.level == level][part]

    return tiles


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size):
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest() for text in INPUTS[:size]]

    assert grown(leaves).root().hex() == ROOTS[size - 1]
    assert Tree(size, stored(leaves)).root().hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert Frontier().root() == Tree(0, stored([])).root() == hashlib.sha256(b"").digest()


SIZES = st.one_of(st.integers(1, 40), st.integers(250, 520), st.sampled_from([767, 768, 1025]))


@given(SIZES, st.data())
def test_a_path_leads_from_each_leaf_to_the_root_and_from_no_other(size, data):
    position = data.draw(st.integers(0, size - 1))
    leaves = [leaf(number) for number in range(size)]
    tree = Tree(size, stored(leaves))
    path, root = tree.inclusion(position), tree.root()

    assert root == root_by_definition(leaves)
    assert includes(root, size, leaf=leaves[position], position=position, path=path)
    assert not includes(root, size, leaf=leaf("x"), position=position, path=path)
    assert not includes(root, size, leaf=leaves[position], position=position + 1, path=path)
    assert not includes(root, size, leaf=leaves[position], position=position, path=[*path, EMPTY])
    assert not path or not includes(
        root, size, leaf=leaves[position], position=position, path=path[:-1]
    )


@given(SIZES, st.data())
def test_a_tree_is_shown_to_begin_with_each_earlier_one_and_with_no_other(size, data):
    old_size = data.draw(st.integers(1, size))
    leaves = [leaf(number) for number in range(size)]
    old, tree = root_by_definition(leaves[:old_size]), Tree(size, stored(leaves))
    path, root = tree.consistency(old_size), tree.root()

    assert extends(root, size, earlier=(old, old_size), path=path)
    assert not extends(root, size, earlier=(leaf("x"), old_size), path=path)
    assert not extends(root, size, earlier=(old, old_size), path=[*path, EMPTY])
    assert not path or not extends(root, size, earlier=(old, old_size), path=path[:-1])
    assert not extends(root, size, earlier=(root, size + 1), path=path)


@given(SIZES, st.data())
def test_a_tree_goes_on_growing_from_what_is_stored_of_it(size, data):
    start = data.draw(st.integers(0, size))
    leaves = [leaf(number) for number in range(size)]

    frontier = Tree(start, stored(leaves[:start])).frontier()
    for each in leaves[start:]:
        frontier.append(each)

    assert frontier.root() == root_by_definition(leaves)
    already = [w for w in grown(leaves).whole if (w.number + 1) * TILE**w.level <= start]
    assert already + frontier.whole == grown(leaves).whole


def test_the_largest_trees_are_read_in_three_tiles():
    asked = []
    hashes = [leaf(number) for number in range(TILE)]

    def tiles(level, number):
        asked.append((level, number))
        return hashes

    Tree(TILE**3, tiles).inclusion(12_345_678)

    assert sorted(asked) == [(0, 48_225), (1, 188), (2, 0)]
