"""Words for people in seven languages: what a number stands beside when it counts captives, and what when it does not.

Three vocabularies per language, each a pattern for one whole folded word: words for people and bodies, words for things
and measures, and words at which a noun phrase ends.
"""

from __future__ import annotations

import re
from functools import cache

_PEOPLE = {
    "en": r"""
        people persons? individuals? (?:wo)?m[ea]n child(?:ren)? girls? boys? soldiers? service(?:wo)?m[ea]n
        service troops? officers? guards?(?:m[ea]n)? fighters? prisoners? captives? detainees? inmates?
        convicts? hostages? civilians? bod(?:y|ies) corpses? remains coffins? pows? sailors? seam[ae]n
        crew(?:m[ae]n)? fisherm[ae]n shepherds? nurses? doctors? medics? priests? nuns? journalists? reporters?
        teachers? students? workers? drivers? pilots? airm[ae]n marines? engineers? citizens? nationals?
        residents? villagers? inhabitants? compatriots? patriots? defenders? police(?:m[ae]n)? constables?
        combatants? rebels? militants? insurgents? guerrillas? sp(?:y|ies) agents? mercenar(?:y|ies) activists?
        dissidents? opponents? farmers? herders? beekeepers? miners? pensioners? daughters? sons? brothers?
        sisters? mothers? fathers? relatives? wives wife husbands? names? wounded sick dead others? ones
        members? personnel lieutenants? sergeants? captains? generals? majors? corporals? privates? scientists?
        chemists? ministers? abductees? conscripts? volunteers? traders? teenagers? minors? schoolgirls?
        schoolboys? youths? elders? monks? bishops? lawyers? businessm[ae]n merchants? swimmers? americans?
        lads? heroes hero midwi(?:fe|ves) disabled folk colonels? sons?
        \w{3,}(?:ians?|istanis?|ees|ists|m[ae]n|ese|ers|ors|ishmen)
    """,
    "ru": r"""
        человека? человек\w* люд[еия]\w* людьми военнослужащ\w+ военн(?:ых|ые|ый|ого|ым|ыми) солдат\w* боец
        бой?ц\w{1,3} защитни\w+ пленн\w+ военнопленн\w+ заключ[её]нн\w+ задержанн\w+ заложни\w+ граждан\w*
        гражданск\w+ мирн\w+ тел(?:о|а|у|ом|ами|ах)? останк\w+ моряк\w* рыбак\w* офицер\w* пограничник\w*
        нацгвард\w+ морпех\w* медик\w* медсест[её]?р\w* врач\w* женщин\w* мужчин\w* дет(?:ей|и|ям|ьми)
        реб[её]н\w+ девоч\w+ мальчик\w* жител\w+ боевик\w* повстан\w+ журналист\w* священник\w* чабан\w*
        пастух\w* водител\w+ л[её]тчик\w* пилот\w* ранен\w+ тяжелоранен\w+ тяжелобольн\w+ больн\w+
        осужд[её]нн\w+ арестованн\w+ фамили\w+ им[её]н\w{0,3} соотечествен\w+ земляк\w* свои(?:х|м|ми)?
        наши(?:х|м|ми)? срочник\w* доброволь\w+ на[её]мник\w* активист\w* политзаключ\w+ политзэк\w* погибш\w+
        родствен\w+ сотрудник\w* узник\w* матрос\w* капитан\w* лейтенант\w* сержант\w* рядов\w+ инженер\w*
        программист\w* механик\w* ученик\w* учител\w+ монах\w* рабоч\w+ член\w* пленник\w* пленниц\w*
        удерживаем\w+ армян\w* сторонник\w* генерал\w* полковник\w*
        \w+(?:менов|чан|цев|цам|цами|янин\w?|янам|янами|телей|истов|ников|никам|ниц|цы)
    """,
    "uk": r"""
        людей люд\w+ осіб особ\w* військов\w+ солдат\w* захисни\w+ полонен\w+ військовополонен\w+ бійц\w+
        цивільн\w+ діт\w+ дит\w+ тіл\w* загибл\w+ громадян\w* моряк\w* нацгвард\w+ українц\w+ росіян\w*
        заручник\w* поранен\w+ прикордонник\w* жін\w+ чоловік\w* наш\w+ своїх \w+(?:ців|ників)
    """,
    "az": r"""
        nəfər\w* adam\w* şəxs\w* hərbçi\w* hərbi\w* qulluqçu\w* əsgər\w* əsir\w* məhbus\w* girov\w* dustaq\w*
        vətəndaş\w* mülki\w* meyit\w* cənazə\w* nəş\w* cəsəd\w* dənizçi\w* sərhədçi\w* qadın\w* uşaq\w* kişi\w*
        çoban\w* döyüşçü\w* müdafiəçi\w* bacı\w* işçi\w* yaralı\w* erməni\w* jurnalist\w* casus\w* husi\w*
        soydaş\w* heyət\w* ailə üzv\w* mühəndis\w* sürücü\w* balıqçı\w* rus\w* ad(?:ı|ın)?
        \w{3,}l[ıiuü](?:n[ıiuü]|y[aəe]|l[aə]r\w*)?
    """,
    "tr": r"""
        kişi\w* asker\w* er(?:i|in|e)? esir\w* tutsak\w* tutuklu\w* mahk[uû]m\w* rehine\w* sivil\w* ceset\w*
        cesed\w+ cenaze\w* naaş\w* denizci\w* balıkçı\w* kadın\w* çocuk\w* çocuğ\w* vatandaş\w* savaşçı\w*
        militan\w* yaralı\w* gazeteci\w* isim\w* ismi\w* personel\w* mürettebat\w* polis\w* pilot\w* çoban\w*
        hemşire\w* işçi\w* subay\w* muhafız\w* asi\w* husi\w* ermeni\w* rus\w* filistinli\w* israilli\w*
        mensub\w+ görevli\w* adam\w* insan\w* beden\w* naaş\w* mühendis\w* doktor\w* öğrenci\w* albay\w*
        general\w* yüzbaşı\w* tacik\w* kırgız\w* yunan\w* türk\w* arap\w* kürt\w* sırp\w*
        \w{3,}l[ıiuü](?:n[ıiuü]n?|y[aəe]|l[ae]r\w*)?
    """,
    "hy": r"""
        մարդ\w* հոգ[իու]\w* անձ\w* զինծառայող\w* զինվոր\w* գերի\w* գերու\w* գերին\w* ռազմագեր\w+ պատանդ\w*
        կալանավոր\w* բանտարկյալ\w* դատապարտ\w+ քաղաքաց\w+ մարմին\w* մարմն\w+ աճյուն\w* նավաստ\w+ սահմանապահ\w*
        կին\w* կան\w{1,4} երեխա\w* հովիվ\w* հովվ\w* բուժքույր\w* բուժքր\w+ մարտիկ\w* հայ հայ[իեն]\w*
        ադրբեջանց\w+ տղա\w* վիրավոր\w* զինակ\w+ անուն\w* բնակիչ\w* բնակչ\w+ սպա\w* ձերբակալված\w* պահվող\w*
        զոհ\w* վարորդ\w* լրագրող\w* կալանավոր\w* ռուս\w* նավազ\w* \w{3,}(?:ցի|ցու|ցիներ\w*)
    """,
    "ka": r"""
        ადამიან\w* პირ\w* ჯარისკაც\w* სამხედრო\w* ტყვე\w* პატიმ\w+ პატიმარ\w* დაკავებულ\w* მოქალაქ\w+
        მეზღვაურ\w* ცხედ\w+ ცხედარ\w* ქალ\w* ბავშვ\w* მძევალ\w* მძევლ\w+ კაც\w* \w{3,}ელ(?:ი|მა|ს|ის)
    """,
}
_THINGS = {
    "en": r"""
        per cent percent kilomet\w+ miles? met\w+res? meters? km hectares? acres? tons? tonnes? kilos?
        kilograms? kg lit\w+s degrees? dollars? euros? roubles? rubles? drams? manats? liras? pounds? shillings?
        kobo million billion years? months? weeks? days? hours? minutes? seconds? centur\w+ decades? am pm o
        clock buses bus lorries trucks? planes? aircraft helicopters? mines? maps? points? villages? countries
        times votes? vessels? ships? boats? tanks? drones? pages? articles? batches stages? rounds? exchanges?
        swaps? lists? metres? floors? sides? states? parties nations? capitals? governments? sources? outlets?
        letters? phases? copies places? calls? meetings? trips? districts? regions? provinces? cities towns?
        houses? homes? doors? cars? vehicles? convoys? organi[sz]ations? sentences? counts? words? questions?
        ways? legs? goats? sheep cattle animals? horses? head goals? matches games flights? tents? cups? bags?
        boxes? bullets? shells? rockets? missiles? strikes? attacks? january february march april may june july
        august september october november december st nd armies services bridges? crossings? rooms? january-\w+
        ministries talks deals? conditions? proposals? families numbers papers orders matters quarters borders
        cent(?:er|re)s corners offers powers chapters tractors trailers containers posters factors errors
        others' dinners steps? charges? crimes? cases? walls? lines? trees? shots? chances? things? items?
        thirds percentage
    """,
    "ru": r"""
        процент\w* километр\w* метр\w* км м гектар\w* тонн\w* кг килограмм\w* литр\w* градус\w* доллар\w* евро
        рубл\w+ руб млн млрд миллион\w* миллиард\w* год\w* лет месяц\w* недел\w+ дн[яей]\w* день сут\w+ час\w*
        минут\w* секунд\w* век\w* раз раза автобус\w* машин\w* самол[её]т\w* мин карт\w* пункт\w* сел[ао]?м? сёл
        стран\w{0,3} сторон\w{0,3} голос\w* суд(?:на|ов|ам) танк\w* дрон\w* страниц\w* этап\w* раунд\w* обмен\w*
        списк\w+ район\w* област\w+ город\w* январ\w+ феврал\w+ март\w* апрел\w+ ма[йя] июн\w+ июл\w+ август\w*
        сентябр\w+ октябр\w+ ноябр\w+ декабр\w+ семь\w* семей источник\w* столиц\w* государств\w* сухогруз\w*
        рейс\w* трет\w+ точ\w+ балл\w* голов коров\w* овец
    """,
    "uk": r"""
        відсот\w+ кілометр\w* метр\w* гривень гривн\w+ долар\w* рок\w* місяц\w+ тижн\w+ дн\w+ годин\w* хвилин\w*
        раз\w* автобус\w* сторон\w* країн\w* січн\w+ лют\w+ березн\w+ квітн\w+ травн\w+ червн\w+ липн\w+
        серпн\w+ вересн\w+ жовтн\w+ листопад\w+ грудн\w+
    """,
    "az": r"""
        faiz\w* kilometr\w* metr\w* km ton\w* dollar\w* manat\w* milyon\w* milyard\w* il il[iə]n?\w* ay
        ay[ıd]\w* gün\w* saat\w* dəqiqə\w* həftə\w* yaş\w* dəfə\w* avtobus\w* mina\w* xəritə\w* kənd\w* ölkə\w*
        tərəf\w* paytaxt\w* mərhələ\w* siyahı\w* yanvar\w* fevral\w* mart\w* aprel\w* may\w* iyun\w* iyul\w*
        avqust\w* sentyabr\w* oktyabr\w* noyabr\w* dekabr\w* ci cı cu cü dövlət\w* rayon\w* ailə\w* məktub\w*
        mübadilə\w* mənbə\w*
    """,
    "tr": r"""
        kilometre\w* metre\w* km ton\w* dolar\w* lira\w* milyon\w* milyar\w* yıl\w* ay ay[ıdl]\w* gün\w* saat\w*
        dakika\w* hafta\w* yaş\w* kez kere defa otobüs\w* araç\w* uçak\w* harita\w* mayın\w* köy\w* ülke\w*
        taraf\w* başkent\w* aşama\w* tur\w* liste\w* madde\w* sayfa\w* ocak\w* şubat\w* mart\w* nisan\w*
        mayıs\w* haziran\w* temmuz\w* ağustos\w* eylül\w* ekim\w* kasım\w* aralık\w* aile\w* takas\w* gemi\w*
        kaynak\w* lider\w* devlet\w*
    """,
    "hy": r"""
        տոկոս\w* կիլոմետր\w* մետր\w* կմ տոննա\w* կիլոգրամ\w* դոլար\w* դրամ\w* միլիոն\w* միլիարդ\w* տարի\w* տարվա
        տարեկան\w* ամիս\w* ամսվա օր օր[վի]ա?\w* ժամ\w* րոպե\w* շաբաթ\w* անգամ\w* ավտոբուս\w* միկրոավտոբուս\w*
        ական քարտեզ\w* գյուղ\w* երկ[իր]\w* կողմ\w* մայրաքաղաք\w* փուլ\w* ցուցակ\w* աստիճան\w* հունվար\w*
        փետրվար\w* մարտ մարտի մարտին ապրիլ\w* մայիս\w* հունիս\w* հուլիս\w* օգոստոս\w* սեպտեմբեր\w* հոկտեմբեր\w*
        նոյեմբեր\w* դեկտեմբեր\w* ընտանիք\w* ական\w* պետություն\w* անուններ
    """,
    "ka": r"""
        პროცენტ\w* კილომეტრ\w* მეტრ\w* წ[ელ]\w+ თვ\w+ კვირ\w+ დღ\w+ საათ\w* წუთ\w* ლარ\w* დოლარ\w* ავტობუს\w*
        იანვ\w+ თებერ\w+ მარტ\w* აპრილ\w* მაის\w* ივნის\w* ივლის\w* აგვისტ\w+ სექტემბ\w+ ოქტომბ\w+ ნოემბ\w+
        დეკემბ\w+ მხარ\w+ ქვეყან\w*
    """,
}
_ENDS = {
    "en": r"""
        to from in for and or with were was is are be been have has had will would on at by who whom which that
        as but after before since until while into under over against when where because than if not said say
        says it they he she we i per each plus minus against including among within during through towards
        across inside home back free
    """,
    "ru": r"""
        и или в во на с со из от до для за по при без через что который\w* которых которые но а как когда если
        не уже к ко об о был\w* было есть под у
    """,
    "uk": r"""
        і й та або в у на з із від до для за по при без через що який яких які але як коли не вже к про
    """,
    "az": r"""
        və ilə üçün isə da də ki amma lakin ya daha kimi sonra əvvəl olub edib
    """,
    "tr": r"""
        ve ile için ise da de ki ama fakat ya veya daha gibi sonra önce
    """,
    "hy": r"""
        և եւ ու կամ որ որոնք իսկ բայց է են էր էին համար հետ մեջ մասին դիմաց
    """,
    "ka": r"""
        და ან რომ რომელ\w* მაგრამ არის არიან
    """,
}


@cache
def people(language: str) -> re.Pattern[str]:
    """Words for people, bodies and names on a list."""
    return _whole(_PEOPLE, language)


@cache
def things(language: str) -> re.Pattern[str]:
    """Words for measures, months, money, vehicles and other things that are counted in such stories."""
    return _whole(_THINGS, language)


@cache
def phrase_ends(language: str) -> re.Pattern[str]:
    """Words at which the noun phrase behind a number is over."""
    return _whole(_ENDS, language)


def _whole(table: dict[str, str], language: str) -> re.Pattern[str]:
    words = table.get(language[:2], table["en"])
    return re.compile("|".join(words.split()))
