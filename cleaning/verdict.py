"""Pages that are no story: error pages that answer 200, walls, log-ins, captchas, lists of links.

Each judgement asks for two things: the words of such a page, and that there is no report beside them (`_STORY` words).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaning.markup import Block
from cleaning.metadata import Metadata
from models.records import DiscardReason

_STORY = 120  # words; a page with more than that below its walls and warnings is read as a story
_STUB = 90  # words; what a paywall lets through
_WINDOW = 2_500  # characters that are searched for the words of a wall

_NOT_FOUND = re.compile(
    r"\b(?:error )?404\b|(?:page|article|story|content|url) (?:you (?:are|were) looking for )?(?:(?:was |is |could |can ?)?not (?:be )?(?:found|available|exist)|(?:does ?n.t|no longer) (?:exists?|available)|has been (?:removed|deleted|moved))"
    r"|(?:nothing|not) found\b|страница (?:не найдена|не существует|удалена)|(?:материал|запись|статья) (?:не найден|удал)\w*|сторінк\w (?:не знайден|не існує)\w*"
    r"|səhifə (?:tapılmadı|mövcud deyil)|sayfa (?:bulunamadı|mevcut değil)|aradığınız (?:sayfa|haber) bulunamadı|էջը (?:չի գտնվել|գոյություն չունի|չգտնվեց)|გვერდი (?:ვერ მოიძებნა|არ არსებობს)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:before you continue|we (?:value|respect|care about) your privacy|(?:we|our partners|partners) (?:use|store)[^.]{0,80} cookies|cookies? (?:and similar|policy|settings|preferences|consent)|accept (?:all )?cookies|manage (?:your )?(?:preferences|consent|privacy)"
    r"|consent to (?:the )?(?:use|processing)|мы используем (?:файлы )?cookie|согласие на обработку|ми використовуємо cookie|kukilərdən istifadə|cookie-?l[eə]rd[eə]n istifad[eə]|çerez(?:ler)? (?:kullan|politika)|թխուկներ|ქუქი)",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"(?:subscribe|sign up|register|log in|become a (?:member|subscriber)) (?:now )?to (?:continue|read|keep reading|unlock|view|access|get (?:full )?access)|(?:this|the) (?:article|content|story) is (?:for|available (?:only )?to|reserved for|exclusive to) (?:our )?(?:subscribers|members)"
    r"|already a (?:subscriber|member)|(?:subscriber|member)s?[- ]only|you have (?:reached|read) your (?:limit|last)|free articles? (?:left|remaining|this month)|(?:доступ|материал|текст|статья)[^.]{0,40}(?:только )?(?:по подписке|для подписчиков)|оформите подписку|чтобы (?:дочитать|читать дальше)"
    r"|yalnız abunəçilər|abonelere özel|okumaya devam etmek için|միայն բաժանորդների|მხოლოდ გამომწერ",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:log|sign) ?in\b|forgot (?:your )?password|create (?:an )?account|password|войти|вход в|забыли пароль|пароль|увійти|daxil ol|şifrə|giriş yap|şifre|մուտք|გაღტყნაბარ|შესვლა|პაროლ",
    re.IGNORECASE,
)
_CAPTCHA = re.compile(
    r"verify (?:that )?you(?:'re| are) (?:a )?human|are you a robot|checking your browser|just a moment|enable javascript(?: and cookies)? to continue|unusual traffic|captcha|access denied|attention required|подтвердите, что вы не робот|проверка браузера|robot olmadığınızı",
    re.IGNORECASE,
)
_LINKED = 0.6  # share of linked characters from which on a page is a list of links


def judge(title: str, blocks: Sequence[Block], body: Sequence[Block], metadata: Metadata) -> DiscardReason | None:
    """Why a page is no story, or None; `blocks` is all that is visible, `body` what was taken for the report."""
    words = sum(len(block.spotted.text.split()) for block in body)
    everything = " ".join(block.spotted.text for block in blocks)
    seen = f"{title}\n{everything[:_WINDOW]}\n{everything[-_WINDOW:]}"
    top = f"{title}\n{metadata.page_title}\n{metadata.heading}\n{everything[:300]}"
    if words < _STORY:
        if _NOT_FOUND.search(top):
            return DiscardReason.SOFT_404
        if _CAPTCHA.search(top):
            return DiscardReason.NOT_AN_ARTICLE
        if metadata.has_password_field and _LOGIN.search(seen) and words < _STUB:
            return DiscardReason.LOGIN_PAGE
    if words < _STUB and _is_walled(seen, metadata):
        return DiscardReason.PAYWALL_STUB
    told = [block for block in body if not _CONSENT.search(block.spotted.text)]
    if body and _CONSENT.search(seen) and sum(len(block.spotted.text.split()) for block in told) < _CONSENT_REST:
        return DiscardReason.CONSENT_WALL
    if not metadata.is_article and _linked_share(body) > _LINKED:
        return DiscardReason.NOT_AN_ARTICLE
    return None


_CONSENT_REST = 8  # words that a consent wall may hold beside its own


def _is_walled(seen: str, metadata: Metadata) -> bool:
    return bool(_PAYWALL.search(seen)) or not metadata.is_free


def _linked_share(body: Sequence[Block]) -> float:
    size = sum(len(block.spotted.text) for block in body)
    return sum(block.linked for block in body) / size if size else 0.0
