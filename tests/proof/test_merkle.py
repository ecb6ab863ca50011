"""The Merkle log: published vectors, proofs of every leaf and size, and no proof of anything else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.proof.merkle import (
    EMPTY_ROOT,
    consistency,
    consistent,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    root,
)

# Leaves, roots and proofs of the certificate-transparency reference implementation (merkle_tree_test).
LEAVES = [
    leaf_hash(bytes.fromhex(leaf))
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (index, size)
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
GROWTH = {  # (old size, new size)
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

sizes = st.integers(1, 130)
seeds = st.integers(0, 1000)


def tree(size: int, seed: int = 0) -> list[bytes]:
    """Leaf hashes that are all different."""
    return [leaf_hash(b"%d/%d" % (seed, number)) for number in range(size)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it down."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = max(1 << bit for bit in range(20) if 1 << bit < len(leaves))
    return hashlib.sha256(b"\x01" + by_definition(leaves[:half]) + by_definition(leaves[half:])).digest()


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


@pytest.mark.parametrize("size", range(9))
def test_the_published_trees_have_their_published_roots(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_published_audit_paths_come_out_and_verify(index: int, size: int) -> None:
    path = inclusion(LEAVES[:size], index)
    assert [node.hex() for node in path] == PATHS[index, size]
    assert included(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), GROWTH)
def test_the_published_consistency_proofs_come_out_and_verify(old: int, new: int) -> None:
    proof = consistency(LEAVES[:new], old)
    assert [node.hex() for node in proof] == GROWTH[old, new]
    assert consistent(old, bytes.fromhex(ROOTS[old]), new, bytes.fromhex(ROOTS[new]), proof)


@given(sizes, seeds)
def test_the_root_is_the_recursive_definition_of_the_rfc(size: int, seed: int) -> None:
    assert root(tree(size, seed)) == by_definition(tree(size, seed))


@given(sizes, seeds, st.data())
def test_every_leaf_is_proved_at_its_index_and_at_no_other(size: int, seed: int, data: st.DataObject) -> None:
    leaves = tree(size, seed)
    index = data.draw(st.integers(0, size - 1))
    path, top = inclusion(leaves, index), root(leaves)
    assert [one for one in range(-1, size + 2) if included(leaves[index], one, size, path, top)] == [index]


@given(st.integers(2, 130), seeds, st.data())
def test_no_inclusion_proof_survives_a_changed_byte(size: int, seed: int, data: st.DataObject) -> None:
    leaves = tree(size, seed)
    index, at = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 31))
    path, top = inclusion(leaves, index), root(leaves)
    number = data.draw(st.integers(0, len(path) - 1))
    assert not included(flipped(leaves[index], at), index, size, path, top)
    assert not included(leaves[index], index, size, path, flipped(top, at))
    assert not included(
        leaves[index], index, size, [*path[:number], flipped(path[number], at), *path[number + 1 :]], top
    )


@given(st.integers(2, 130), seeds, st.data())
def test_no_proof_survives_a_node_that_is_added_dropped_or_of_another_length(
    size: int, seed: int, data: st.DataObject
) -> None:
    leaves = tree(size, seed)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    top, before = root(leaves), root(leaves[:old])
    for change in (lambda proof: proof[1:], lambda proof: [*proof, top], lambda proof: [proof[0] + b"\0", *proof[1:]]):
        assert not included(leaves[index], index, size, change(inclusion(leaves, index)), top)
        assert not consistent(old, before, size, top, change(consistency(leaves, old)))


@given(sizes, seeds, st.data())
def test_every_earlier_tree_is_proved_at_its_size_and_at_no_other(size: int, seed: int, data: st.DataObject) -> None:
    leaves = tree(size, seed)
    old = data.draw(st.integers(1, size))
    proof, before, top = consistency(leaves, old), root(leaves[:old]), root(leaves)
    assert [one for one in range(-1, size + 2) if consistent(one, before, size, top, proof)] == [old]


@given(st.integers(2, 130), seeds, st.data())
def test_no_consistency_proof_survives_a_changed_byte(size: int, seed: int, data: st.DataObject) -> None:
    leaves = tree(size, seed)
    old, at = data.draw(st.integers(1, size - 1)), data.draw(st.integers(0, 31))
    proof, before, top = consistency(leaves, old), root(leaves[:old]), root(leaves)
    number = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:number], flipped(proof[number], at), *proof[number + 1 :]]
    assert consistent(old, before, size, top, proof)
    assert not consistent(old, before, size, top, changed)
    assert not consistent(old, flipped(before, at), size, top, proof)
    assert not consistent(old, before, size, flipped(top, at), proof)


@given(st.integers(2, 130), seeds, st.data())
def test_a_rebuilt_history_is_inconsistent_with_the_old_root_whatever_it_proves(
    size: int, seed: int, data: st.DataObject
) -> None:
    leaves = tree(size, seed)
    old = data.draw(st.integers(1, size - 1))
    dropped = data.draw(st.integers(0, old - 1))
    rebuilt = [*leaves[:dropped], *leaves[dropped + 1 :]]
    before, top = root(leaves[:old]), root(rebuilt)
    assert not consistent(old, before, len(rebuilt), top, consistency(rebuilt, old))


def test_every_tree_begins_with_the_empty_one_and_only_with_that() -> None:
    assert consistent(0, EMPTY_ROOT, 3, root(LEAVES[:3]), [])
    assert consistent(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not consistent(0, LEAVES[0], 3, root(LEAVES[:3]), [])
    assert not consistent(0, LEAVES[0], 0, LEAVES[0], [])
    assert not consistent(0, EMPTY_ROOT, 3, root(LEAVES[:3]), [LEAVES[0]])
    assert not consistent(3, root(LEAVES[:3]), 0, EMPTY_ROOT, [])


def test_a_node_cannot_pass_as_a_leaf() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize(("size", "index"), [(0, 0), (3, 3), (3, -1)])
def test_there_is_no_path_to_a_leaf_outside_the_tree(size: int, index: int) -> None:
    with pytest.raises(IndexError, match=f"leaf {index} of a tree of {size}"):
        inclusion(LEAVES[:size], index)


@pytest.mark.parametrize("old", [-1, 4])
def test_there_is_no_proof_of_an_earlier_tree_that_is_larger(old: int) -> None:
    with pytest.raises(IndexError, match=f"the first {old} leaves of a tree of 3"):
        consistency(LEAVES[:3], old)
