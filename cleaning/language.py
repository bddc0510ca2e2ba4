"""Which language a text is in, and how sure that is (0–1): script first, then letters, then a trained model.

Armenian and Georgian are known by their script alone. Among Cyrillic and Latin texts, letters that only one of the
neighbours writes decide (ґ є і ї against ы э ъ ё; ə against the rest), and py3langid's model settles what is left open.
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from cleaning.phrases import by_language

UNKNOWN = "und"  # BCP 47: undetermined
_SAMPLE = 4_000  # characters that are looked at
_WORDS = re.compile(r"[^\W\d_]+")
_LINKS = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
_SCRIPTS = {
    "hy": re.compile("[\u0531-\u058f]"),
    "ka": re.compile("[\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u0259\u1e00-\u1eff]"),
}
_OWN_SCRIPT = {"hy", "ka"}
_RIVALS = {  # what the model may answer for a script; others only when it is very sure
    "cyrillic": frozenset({"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg", "tt", "ba"}),
    "latin": frozenset(
        {*("en", "az", "tr", "crh", "uz", "es", "fr", "de", "it", "pt"), *("pl", "ro", "nl", "cs", "hu", "sv", "fi")}
    ),
}
# letters that weigh for one language: a text with one of them and none of its rivals' is taken for it
_LETTERS = {
    "uk": re.compile("[ґєїҐЄЇ]"),
    "az": re.compile("[əƏ]"),
    "be": re.compile("[ўЎ]"),
}
_EAST_SLAVIC_I = re.compile("[іІ]")
_RUSSIAN_ONLY = re.compile("[ыэъёЫЭЪЁ]")
_KAZAKH = re.compile("[әғқңұһӘҒҚҢҰҺ]")
_TURKIC = re.compile("[ğışĞİŞ]")
_CRIMEAN = re.compile("[ñÑ]")
_VARIETIES = {"ary": "ar", "arz": "ar", "sdh": "ku", "wuu": "zh", "yue": "zh", "nn": "no"}  # as the model splits them
_SURE = 0.99


def detect(text: str, *, declared: str | None = None) -> tuple[str, float]:
    """The language (BCP 47, `und` when there is nothing to read) and the score.

    `declared` is what the page or its source says (any case, region allowed): it settles a close call, no more.
    """
    sample = _LINKS.sub(" ", text[:_SAMPLE])
    counts = {script: len(letters.findall(sample)) for script, letters in _SCRIPTS.items()}
    total = sum(counts.values())
    if not total:
        return _foreign(sample)
    script = max(counts, key=lambda name: counts[name])
    if script in _OWN_SCRIPT:
        return script, round(counts[script] / total, 4)
    said = (declared or "").lower().split("-")[0].split("_")[0]
    ranked = _votes(sample, script, said)
    best = max(ranked, key=lambda code: ranked[code])
    return best, round(min(ranked[best] / sum(ranked.values()), 1.0), 4)


def _foreign(sample: str) -> tuple[str, float]:
    """A script without rules of its own: what the model says, or nothing for a text without letters."""
    if not _WORDS.search(sample):
        return UNKNOWN, 0.0
    code, score = _model().classify(sample)
    return (_VARIETIES.get(code, code), round(score, 4)) if code != "zxx" else (UNKNOWN, 0.0)


def _votes(sample: str, script: str, said: str) -> dict[str, float]:
    """Weight of each language: the model's, changed by letters, common words and what was declared."""
    answers = dict(_model().rank(sample))
    votes = {code: answers[code] for code in _RIVALS[script]}
    elsewhere = max(answers, key=lambda code: answers[code])
    if elsewhere not in votes and elsewhere != "zxx" and answers[elsewhere] > _SURE / 2:
        votes[elsewhere] = answers[elsewhere]
    words = _WORDS.findall(sample.lower())
    for code, common in by_language("language.common").items():
        if code in votes:
            votes[code] = (votes[code] + 0.002) * (
                1 + 4 * sum(word in common for word in words) / max(len(words), 1)
            ) ** 2
    _weigh_letters(votes, sample, script)
    if said in votes:
        votes[said] = votes[said] * 3 + 0.05
    return votes


def _weigh_letters(votes: dict[str, float], sample: str, script: str) -> None:
    if script == "latin":
        _weigh_latin(votes, sample)
        return
    ukrainian = len(_LETTERS["uk"].findall(sample)) * 2 + len(_EAST_SLAVIC_I.findall(sample))
    russian = len(_RUSSIAN_ONLY.findall(sample))
    if _KAZAKH.search(sample) or _LETTERS["be"].search(sample):
        return
    if ukrainian or russian:
        favourite, other = ("uk", "ru") if ukrainian > russian else ("ru", "uk")
        votes[favourite] = votes[favourite] * 10 + 1
        votes[other] /= 10
    else:
        votes["ru"] = votes["ru"] * 2 + 0.1  # a short text that spells alike in several: the one most news is in


def _weigh_latin(votes: dict[str, float], sample: str) -> None:
    if _LETTERS["az"].search(sample):
        votes["az"] = votes["az"] * 10 + 1
        votes["tr"] /= 100
    elif _TURKIC.search(sample):
        votes["en"] /= 100
        if not _CRIMEAN.search(sample):
            votes["crh"] /= 20
        votes["tr"] = votes["tr"] * 2 + (0.2 if not re.search("[qxQX]", sample) else 0.0)
    elif sample.isascii():
        votes["en"] = votes["en"] * 2 + 0.02


@cache
def _model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
