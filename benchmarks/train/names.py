"""States under whose names training stories are told once more: real ones, and invented ones that no list knows."""

from __future__ import annotations

from typing import Final, NamedTuple


class State(NamedTuple):
    """The forms of one state's name, in an order that every state shares."""

    name: str
    people: str
    adjective: str
    capital: str


def _listed(lines: str) -> tuple[State, ...]:
    return tuple(State(*(form.strip() for form in line.split(","))) for line in lines.strip().splitlines())


_REAL: Final = """
    Russia, Russians, Russian, Moscow
    Ukraine, Ukrainians, Ukrainian, Kyiv
    Azerbaijan, Azerbaijanis, Azerbaijani, Baku
    Armenia, Armenians, Armenian, Yerevan
    Georgia, Georgians, Georgian, Tbilisi
    Israel, Israelis, Israeli, Jerusalem
    Iran, Iranians, Iranian, Tehran
    Lebanon, Lebanese, Lebanese, Beirut
    Pakistan, Pakistanis, Pakistani, Islamabad
    India, Indians, Indian, New Delhi
    China, Chinese, Chinese, Beijing
    Ethiopia, Ethiopians, Ethiopian, Addis Ababa
    Eritrea, Eritreans, Eritrean, Asmara
    Serbia, Serbs, Serbian, Belgrade
    Kosovo, Kosovans, Kosovan, Pristina
    Mali, Malians, Malian, Bamako
    Niger, Nigeriens, Nigerien, Niamey
    Venezuela, Venezuelans, Venezuelan, Caracas
    Colombia, Colombians, Colombian, Bogotá
    Mozambique, Mozambicans, Mozambican, Maputo
    Thailand, Thais, Thai, Bangkok
    Cambodia, Cambodians, Cambodian, Phnom Penh
    Kyrgyzstan, Kyrgyz, Kyrgyz, Bishkek
    Tajikistan, Tajiks, Tajik, Dushanbe
    Moldova, Moldovans, Moldovan, Chisinau
    Algeria, Algerians, Algerian, Algiers
    Morocco, Moroccans, Moroccan, Rabat
    Bolivia, Bolivians, Bolivian, La Paz
    Cuba, Cubans, Cuban, Havana
    Belarus, Belarusians, Belarusian, Minsk
    Poland, Poles, Polish, Warsaw
    Iraq, Iraqis, Iraqi, Baghdad
    Egypt, Egyptians, Egyptian, Cairo
    Indonesia, Indonesians, Indonesian, Jakarta
    Somalia, Somalis, Somali, Mogadishu
    Uganda, Ugandans, Ugandan, Kampala
    Rwanda, Rwandans, Rwandan, Kigali
    Congo, Congolese, Congolese, Kinshasa
    Cyprus, Cypriots, Cypriot, Nicosia
    Qatar, Qataris, Qatari, Doha
    Oman, Omanis, Omani, Muscat
    Norway, Norwegians, Norwegian, Oslo
    Kenya, Kenyans, Kenyan, Nairobi
    Myanmar, Burmese, Burmese, Naypyidaw
"""
_INVENTED: Final = """
    Velnaria, Velnarians, Velnarian, Port Elsin
    Ostrova, Ostrovans, Ostrovan, Haldemark
    Tamsar, Tamsaris, Tamsari, Kelbat
    Brevonia, Brevonians, Brevonian, Dessau Hill
    Karesh, Kareshis, Kareshi, Nur Amin
    Lumeria, Lumerians, Lumerian, San Calder
    Zorath, Zorathis, Zorathi, Temrin
    Pelagia, Pelagians, Pelagian, Corfel
    Drusk, Druskans, Druskan, Vitoml
    Anhalia, Anhalians, Anhalian, Merin Bay
    Kurzhan, Kurzhans, Kurzhan, Altabad
    Morvia, Morvians, Morvian, Stanek
    Sembira, Sembirans, Sembiran, Lokoto
    Tarquesh, Tarqueshis, Tarqueshi, Bel Azim
    Norland, Norlanders, Norlandic, Fiske
    Esmara, Esmarans, Esmaran, Puerto Lima
    Grenholm, Grenholmers, Grenholmian, Vardal
    Ishkara, Ishkarans, Ishkaran, Dolmen
    Ulvania, Ulvanians, Ulvanian, Krasnik
    Quenland, Quenlanders, Quenlandish, Harrow Point
    Bazhir, Bazhiris, Bazhiri, Tel Khamun
    Ferrosa, Ferrosans, Ferrosan, Altamira Baja
    Jorvia, Jorvians, Jorvian, Skelde
    Nambesi, Nambesians, Nambesian, Lubira
    Orvelle, Orvellians, Orvellian, Sainte Marne
    Tashmir, Tashmiris, Tashmiri, Gulrukh
    Wendland, Wendlanders, Wendish, Torgau
    Yaruma, Yarumans, Yaruman, Ciudad Sol
"""
STATES: Final = _listed(_REAL) + _listed(_INVENTED)
