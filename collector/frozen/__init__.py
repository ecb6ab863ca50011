"""Frozen months: the files that a snapshot's figures were computed from, and measuring from them alone.

Nothing here needs the store: what is in a bundle gives the same figures on another machine, years later.
"""
