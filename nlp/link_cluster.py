"""Groups from pairwise scores: average linkage, the same for any order of the items."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import combinations


def grouped(count: int, score: Callable[[int, int], float], threshold: float) -> tuple[tuple[int, ...], ...]:
    """Groups of the items 0 … count-1, joined while two groups score above the threshold on average.

    Args:
        count: how many items there are; their numbering must not depend on the order of arrival.
        score: symmetric score of two items.
        threshold: mean score above which two groups are one.
    """
    members = {item: [item] for item in range(count)}
    sums = {frozenset(pair): score(*pair) for pair in combinations(range(count), 2)}
    heap = [(-total, min(pair), max(pair)) for pair, total in sums.items() if total > threshold]
    heapq.heapify(heap)
    fresh = count
    while heap:
        _, one, other = heapq.heappop(heap)
        if one not in members or other not in members:
            continue
        members[fresh] = members.pop(one) + members.pop(other)
        for rest, items in members.items():
            if rest != fresh:
                total = sums.pop(frozenset((one, rest))) + sums.pop(frozenset((other, rest)))
                sums[frozenset((fresh, rest))] = total
                mean = total / (len(members[fresh]) * len(items))
                if mean > threshold:
                    heapq.heappush(heap, (-mean, rest, fresh))
        fresh += 1
    return tuple(sorted(tuple(sorted(group)) for group in members.values()))


def blocks(count: int, touches: Callable[[int, int], bool]) -> tuple[tuple[int, ...], ...]:
    """The items parted into blocks of which none touches another, so that each can be grouped by itself."""
    root = list(range(count))

    def find(item: int) -> int:
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for one, other in combinations(range(count), 2):
        if find(one) != find(other) and touches(one, other):
            root[max(find(one), find(other))] = min(find(one), find(other))
    found: dict[int, list[int]] = {}
    for item in range(count):
        found.setdefault(find(item), []).append(item)
    return tuple(tuple(items) for items in found.values())


def lone_best(scores: Sequence[float], threshold: float, margin: float) -> int | None:
    """The place of the only score above the threshold, or of one that leads the next by the margin; else None."""
    ranked = sorted(((score, -place) for place, score in enumerate(scores) if score > threshold), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < margin):
        return None
    return -ranked[0][1]
