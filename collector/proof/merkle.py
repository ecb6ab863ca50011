"""The append-only Merkle log: root, inclusion and consistency proofs of RFC 6962 section 2.1.

Trees are given as the list of their leaf hashes, oldest first. A verdict on a proof is worth as much as the size and the
root it was checked against: both come from one signed checkpoint, never from the one who hands over the proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf; the prefix keeps a leaf from passing as a node (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash; level by level, a last node without a partner moves up as it is."""
    level = list(leaf_hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[2 * len(paired) :]
    return level[0] if level else EMPTY_ROOT


def inclusion(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of a leaf, from the leaf up (RFC 6962 section 2.1.1). Raises IndexError outside the tree."""
    low, high = 0, len(leaf_hashes)
    if not low <= index < high:
        raise IndexError(f"leaf {index} of a tree of {high}")
    path = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root(leaf_hashes[middle:high]))
            high = middle
        else:
            path.append(root(leaf_hashes[low:middle]))
            low = middle
    return path[::-1]


def consistency(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the first ``old_size`` leaves are still the same (RFC 6962 section 2.1.2).

    Empty for an empty old tree, which the RFC leaves open, and for an equal one. Raises IndexError for a larger one.
    """
    low, high = 0, len(leaf_hashes)
    if not low <= old_size <= high:
        raise IndexError(f"the first {old_size} leaves of a tree of {high}")
    proof: list[bytes] = []
    while old_size not in {0, high}:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(root(leaf_hashes[middle:high]))
            high = middle
        else:
            proof.append(root(leaf_hashes[low:middle]))
            low = middle
    if low:  # the verifier holds the old root itself only where the old tree is a whole subtree on the left
        proof.append(root(leaf_hashes[low:high]))
    return proof[::-1]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether ``leaf`` (a leaf hash) is number ``index`` of the tree of that size and root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, tree_root, *path):
        return False
    place, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            place, last = _skip_levels_without_partner(place, last)
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and computed == tree_root


def consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the new tree begins with the old one (RFC 9162 section 2.1.4.2); every tree begins with the empty one."""
    if not 0 <= old_size <= new_size or not _hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    nodes = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    return _grown(old_size - 1, new_size - 1, nodes) == (old_root, new_root)


def _grown(place: int, last: int, nodes: list[bytes]) -> tuple[bytes, bytes] | None:
    """Old and new root as the nodes give them; None where they are too few or too many."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            place, last = _skip_levels_without_partner(place, last)
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _skip_levels_without_partner(place: int, last: int) -> tuple[int, int]:
    """On the right edge of an uneven tree a node moves up unhashed until it is a right child."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(*values: bytes) -> bool:
    """A node of another length would let bytes move between the two halves of what is hashed."""
    return all(len(value) == 32 for value in values)
