"""Which reports tell one exchange: pure, and the same for any order of the reports.

Reports of one origin stay together. Reports that name both parties are grouped by how much each pair speaks for one
event (`nlp.link_score`); one that names a single party, or none, joins a group only when no other group is as likely.
A historical report joins the exchange it looks back on when that is known, and neither opens nor moves one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from models.records import Exchange, LinkedReport, ReportPhase
from nlp.link_cluster import blocks, grouped, lone_best
from nlp.link_ledger import cells_of, legs_of, names_of, phase_of, steps_of
from nlp.link_profile import Profile, profiles_of, reported_on
from nlp.link_score import log_odds, may_meet

_THRESHOLD = -0.5  # mean log odds above which two groups are one exchange; best on the training stories
_MARGIN = 1.0  # log odds by which the likeliest group must lead for a report that names no two parties
_RECALL = 3  # days by which a look back may miss the handover
_AROUND = 7  # days before the first and after the last report that still belong to an exchange
_PAIR = 2


def link(reports: Sequence[LinkedReport]) -> tuple[Exchange, ...]:
    """The exchanges that the reports tell of, ordered by their key.

    Args:
        reports: reports of any stories, one per story key; those whose `is_exchange` is false are left out.

    Returns:
        Exchanges whose members share no story. Any permutation of `reports` gives the same result.
    """
    told = {report.story_key: report for report in reports if report.report.is_exchange}
    profiles = profiles_of(told.values())
    current = [profile for profile in profiles if profile.phase is not ReportPhase.HISTORICAL]
    groups = _with_loose(_groups([profile for profile in current if len(profile.parties) >= _PAIR]), current)
    looks_back = [profile for profile in profiles if profile.phase is ReportPhase.HISTORICAL]
    whole = _with_history(groups, looks_back)
    exchanges = (_exchange([told[key] for profile in group for key in profile.keys]) for group in whole)
    return tuple(sorted((found for found in exchanges if found), key=lambda exchange: exchange.key))


def _groups(profiles: Sequence[Profile]) -> list[list[Profile]]:
    found: list[list[Profile]] = []
    for block in blocks(len(profiles), lambda one, other: may_meet(profiles[one], profiles[other])):
        members = [profiles[item] for item in block]
        parts = grouped(len(members), lambda one, other: log_odds(members[one], members[other]), _THRESHOLD)  # noqa: B023  called at once
        found.extend([members[item] for item in part] for part in parts)
    return found


def _with_loose(groups: list[list[Profile]], current: Sequence[Profile]) -> list[list[Profile]]:
    """Give reports that do not name both parties to the one group they fit; the rest are grouped among themselves."""
    loose = [profile for profile in current if len(profile.parties) < _PAIR]
    homes = [lone_best([_mean(profile, group) for group in groups], _THRESHOLD, _MARGIN) for profile in loose]
    joined = [list(group) for group in groups]
    for profile, home in zip(loose, homes, strict=True):
        if home is not None:
            joined[home].append(profile)
    return joined + _groups([profile for profile, home in zip(loose, homes, strict=True) if home is None])


def _mean(profile: Profile, group: Sequence[Profile]) -> float:
    return sum(log_odds(profile, member) for member in group) / len(group)


def _with_history(groups: Sequence[Sequence[Profile]], looks_back: Iterable[Profile]) -> list[list[Profile]]:
    whole = [list(group) for group in groups]
    for profile in looks_back:
        homes = [place for place, group in enumerate(groups) if _recalls(profile, group)]
        agreeing = [place for place in homes if _shares_figure(profile, groups[place])]
        chosen = agreeing if len(agreeing) == 1 else homes
        if len(chosen) == 1:
            whole[chosen[0]].append(profile)
    return whole


def _recalls(profile: Profile, group: Sequence[Profile]) -> bool:
    """Whether a look back names a party of the group and a day of its handover, or else of its reports."""
    if profile.handover is None or not any(profile.parties & member.parties for member in group):
        return False
    handovers = [member.handover for member in group if member.handover]
    if handovers:
        return any(abs((profile.handover - day).days) <= _RECALL for day in handovers)
    days = [member.published for member in group]
    return (min(days) - profile.handover).days <= _AROUND and (profile.handover - max(days)).days <= _AROUND


def _shares_figure(profile: Profile, group: Sequence[Profile]) -> bool:
    return any(count and member.legs.get(leg) == count for member in group for leg, count in profile.legs.items())


def _exchange(members: Sequence[LinkedReport]) -> Exchange | None:
    """The exchange of its members; None when no member says how far it has come."""
    reports = sorted(members, key=lambda report: report.story_key)
    current = [report for report in reports if report.report.phase is not ReportPhase.HISTORICAL]
    steps = steps_of(current)
    phase = phase_of(steps)
    if phase is None:
        return None
    legs = legs_of(current)
    keys = tuple(report.story_key for report in reports)
    return Exchange(
        key=sha256("\n".join(keys).encode()).hexdigest()[:32],
        parties=tuple(sorted(names_of(current).values())),
        opened_on=min(reported_on(report) for report in current),
        phase=phase,
        phases=steps,
        legs=legs,
        cells=cells_of(reports, legs),
        members=keys,
    )
