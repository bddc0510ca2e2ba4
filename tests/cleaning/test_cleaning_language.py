"""Which language a text is in: our own sentences and short titles, in languages that are taken for each other."""

from __future__ import annotations

import pytest

from cleaning.language import UNKNOWN, detect

SENTENCES = [
    ("en", "The ferrymen came home over the footbridge before noon, the clerk of the district said."),
    ("en", "Ferrymen freed"),
    ("en", "Nine men cross bridge"),
    ("en", "TALKS ON TOLL SUSPENDED"),
    ("ru", "Паромщики вернулись домой до полудня, сообщил секретарь района."),
    ("ru", "Паромщиков освободили"),
    ("ru", "Переговоры прерваны"),
    ("uk", "Поромники повернулися додому ще до полудня, повідомив секретар району."),
    ("uk", "Поромників звільнено"),
    ("uk", "Переговори про міст"),
    ("az", "Bərəçilər günortaya qədər evə qayıdıblar, rayonun katibi bildirib."),
    ("az", "Bərəçilər azad edildi"),
    ("az", "Körpü açıldı, yol bağlıdır və danışıqlar davam edir"),
    ("tr", "Feribotçular öğleden önce köprüden geçerek evlerine döndü, ilçe kâtibi söyledi."),
    ("tr", "Feribotçular serbest"),
    ("tr", "Köprü açıldı, görüşmeler sürüyor"),
    ("hy", "Լաստավարները տուն վերադարձան մինչև կեսօր, ասաց շրջանի քարտուղարը։"),
    ("hy", "Լաստավարներն ազատ են"),
    ("ka", "მებორნეები შუადღემდე დაბრუნდნენ სახლში, განაცხადა რაიონის მდივანმა."),
    ("ka", "მებორნეები გაათავისუფლეს"),
    ("es", "Los barqueros volvieron a casa antes del mediodia, dijo el secretario del distrito."),
    ("fr", "Les passeurs sont rentrés chez eux avant midi, a dit le greffier du district."),
    ("de", "Die Fährleute kamen vor Mittag nach Hause, sagte der Schreiber des Bezirks."),
    ("ar", "عاد البحارة إلى ديارهم قبل الظهر، بحسب ما قال كاتب المنطقة."),
    ("bg", "Лодкарите се прибраха у дома преди обяд, каза секретарят на общината."),
]


@pytest.mark.parametrize(("code", "text"), SENTENCES)
def test_the_language_of_a_text_is_found(code: str, text: str) -> None:
    found, score = detect(text)
    assert found == code
    assert 0 < score <= 1


@pytest.mark.parametrize("text", ["", "   ", "12 : 30", "— — —", "😀"])
def test_without_letters_the_language_is_unknown(text: str) -> None:
    assert detect(text) == (UNKNOWN, 0.0)


def test_a_quotation_in_another_script_does_not_change_the_language() -> None:
    assert detect("The word for ferryman there is паромщик, said the clerk of the district on Monday.")[0] == "en"
    assert detect("Լաստավարներն ասացին՝ welcome home, և բոլորը ծիծաղեցին մինչև երեկո։")[0] == "hy"


def test_a_declaration_settles_a_close_call_and_no_more() -> None:
    assert detect("Sund 9, Vik 2", declared="tr-TR")[0] == "tr"
    assert detect("The ferrymen came home over the footbridge before noon, the clerk said.", declared="ru")[0] == "en"
    assert detect("Bərəçilər günortaya qədər evə qayıdıblar.", declared="tr")[0] == "az"
