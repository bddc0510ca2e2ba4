"""The views analysts read: documented, the same SQL on both engines, derived and never stored."""

from __future__ import annotations

from typing import Final

_BEST_COUNTS = """
SELECT cl.leg_id AS leg_id,
       MIN(COALESCE(c.low, c.best)) AS low,
       MAX(COALESCE(c.high, c.best)) AS high,
       COUNT(DISTINCT c.best) AS different
FROM claim_link cl JOIN claim c ON c.id = cl.claim_id
WHERE cl.slot = 'count' AND cl.leg_id IS NOT NULL
GROUP BY cl.leg_id
"""

# The figure most independent origins vouch for; among equals the one told last, then the smaller.
_RANKED_COUNTS = """
SELECT leg_id, best, ROW_NUMBER() OVER (
         PARTITION BY leg_id ORDER BY origins DESC, last_told DESC, best ASC) AS place
FROM (SELECT cl.leg_id AS leg_id, c.best AS best,
             COUNT(DISTINCT h.house) AS origins,
             MAX(COALESCE(v.published_at, v.first_seen_at)) AS last_told
      FROM claim_link cl
      JOIN claim c ON c.id = cl.claim_id
      JOIN story_version v ON v.id = c.version_id
      JOIN v_origin h ON h.version_id = v.id
      WHERE cl.slot = 'count' AND cl.leg_id IS NOT NULL AND c.best IS NOT NULL
      GROUP BY cl.leg_id, c.best) counted
"""

_STORIES = """
SELECT em.exchange_id AS exchange_id,
       COUNT(*) AS stories,
       COUNT(DISTINCT s.outlet_id) AS outlets,
       COUNT(DISTINCT h.house) AS independent_origins,
       MIN(v.published_at) AS first_published_at,
       MAX(v.published_at) AS latest_published_at,
       MIN(v.first_seen_at) AS first_seen_at
FROM exchange_member em
JOIN story_version v ON v.id = em.version_id
JOIN story st ON st.id = v.story_id
JOIN source s ON s.id = st.source_id
JOIN v_origin h ON h.version_id = v.id
GROUP BY em.exchange_id
"""

VIEWS: Final[dict[str, str]] = {
    # Whose word a text is: the house that wrote the origin of its cluster of copies. Ten stories of one house are one
    # independent origin, and so are outlets of one owner.
    "v_origin": """
SELECT m.version_id AS version_id, y.key AS origin_key, COALESCE(vo.origin, oo.name) AS origin_name,
       COALESCE(named.owner, vo.origin, oo.owner) AS house
FROM syndication_member m
JOIN syndication_cluster y ON y.id = m.cluster_id
JOIN syndication_member mo ON mo.cluster_id = m.cluster_id AND mo.role = 'origin'
JOIN story_version vo ON vo.id = mo.version_id
JOIN story so ON so.id = vo.story_id
JOIN source xo ON xo.id = so.source_id
JOIN outlet oo ON oo.id = xo.outlet_id
LEFT JOIN outlet named ON named.name = vo.origin
""",
    "v_story": """
SELECT v.key AS story_id, o.name AS outlet, o.country AS outlet_country, o.side AS outlet_side, o.owner AS outlet_owner,
       s.id AS source, COALESCE(v.origin, o.name) AS origin, v.carrier AS carrier,
       st.canonical_url AS url, v.number AS version, v.title AS title, v.text AS text, v.language AS language,
       v.published_at AS published_at, v.published_precision AS published_precision,
       v.published_rule AS published_rule, v.first_seen_at AS first_seen_at,
       y.key AS origin_key, m.role AS syndication_role,
       r.is_exchange AS is_exchange, r.alert_worthy AS alert_worthy, r.phase AS reported_phase,
       r.doubtful AS doubtful,
       e.slug AS exchange, v.stage AS stage
FROM story_version v
JOIN story st ON st.id = v.story_id
JOIN source s ON s.id = st.source_id
JOIN outlet o ON o.id = s.outlet_id
LEFT JOIN syndication_member m ON m.version_id = v.id
LEFT JOIN syndication_cluster y ON y.id = m.cluster_id
LEFT JOIN report r ON r.version_id = v.id
LEFT JOIN exchange_member em ON em.version_id = v.id
LEFT JOIN exchange e ON e.id = em.exchange_id
""",
    "v_review": """
SELECT v.key AS story_id, w.about AS about, w.said AS said, w.meant AS meant, w.judged_by AS judged_by,
       w.note AS note, w.judged_at AS judged_at
FROM review w
JOIN story_version v ON v.id = w.version_id
""",
    "v_exchange": f"""
SELECT e.slug AS exchange, e.parties AS parties, e.opened_on AS opened_on, e.phase AS phase,
       l.releasing AS releasing, l.receiving AS receiving,
       n.low AS count_low, b.best AS count_best, n.high AS count_high, COALESCE(n.different, 0) AS different_counts,
       t.stories AS stories, t.outlets AS outlets, t.independent_origins AS independent_origins,
       t.first_published_at AS first_published_at, t.latest_published_at AS latest_published_at,
       t.first_seen_at AS first_seen_at
FROM exchange e
LEFT JOIN leg l ON l.exchange_id = e.id
LEFT JOIN ({_BEST_COUNTS}) n ON n.leg_id = l.id
LEFT JOIN ({_RANKED_COUNTS}) b ON b.leg_id = l.id AND b.place = 1
JOIN ({_STORIES}) t ON t.exchange_id = e.id
WHERE e.redirect_to IS NULL
""",  # noqa: S608 - joined from the constants above, at import
    "v_claim_ledger": """
SELECT e.slug AS exchange, l.releasing AS releasing, l.receiving AS receiving, cl.slot AS slot,
       c.value AS value, c.best AS count_best, c.low AS count_low, c.high AS count_high, c.count_role AS count_role,
       c.claimer AS claimer, c.claimer_code AS claimer_side, c.type AS claim_type,
       o.name AS outlet, o.side AS outlet_side, h.origin_name AS origin, h.house AS independent_origin,
       v.carrier AS carrier, h.origin_key AS origin_key, m.role AS syndication_role,
       v.key AS story_id, v.published_at AS published_at, v.first_seen_at AS first_seen_at,
       c.span_start AS span_start, c.span_end AS span_end, c.words AS words, c.score AS score,
       md.name AS model, md.version AS model_version, md.weights_sha256 AS weights_sha256
FROM claim_link cl
JOIN exchange e ON e.id = cl.exchange_id
LEFT JOIN leg l ON l.id = cl.leg_id
JOIN claim c ON c.id = cl.claim_id
JOIN model md ON md.id = c.model_id
JOIN story_version v ON v.id = c.version_id
JOIN story st ON st.id = v.story_id
JOIN source s ON s.id = st.source_id
JOIN outlet o ON o.id = s.outlet_id
JOIN syndication_member m ON m.version_id = v.id
JOIN v_origin h ON h.version_id = v.id
""",
    # How each polled address fares, and why. `state` is the first that holds of: unverified (nobody has seen it work),
    # disabled (a run of hard failures; a rare probe), waiting (the site said until when), failing, new (never polled),
    # ok. Silent is an ok source whose last_new_at lies long before its last_ok_at. The log behind it: source_event.
    "v_source_health": """
SELECT s.id AS source, o.name AS outlet, o.country AS outlet_country, o.side AS outlet_side, s.kind AS kind,
       s.url AS url, s.flash AS flash,
       CASE WHEN NOT s.verified AND s.verified_at IS NULL THEN 'unverified'
            WHEN s.disabled_at IS NOT NULL THEN 'disabled'
            WHEN s.failure = 'temporary' THEN 'waiting'
            WHEN s.failure IS NOT NULL THEN 'failing'
            WHEN s.last_ok_at IS NULL THEN 'new'
            ELSE 'ok' END AS state,
       s.last_polled_at AS last_polled_at, s.last_ok_at AS last_ok_at, s.last_new_at AS last_new_at,
       s.last_error AS last_error, s.failure AS failure_class, s.failures AS failures,
       s.next_poll_at AS next_poll_at, s.disabled_at AS disabled_at,
       (SELECT COUNT(*) FROM sighting g WHERE g.source_id = s.id) AS addresses_listed,
       (SELECT COUNT(*) FROM capture c WHERE c.source_id = s.id) AS pages_captured
FROM source s
JOIN outlet o ON o.id = s.outlet_id
WHERE s.kind <> 'file'
""",
}
