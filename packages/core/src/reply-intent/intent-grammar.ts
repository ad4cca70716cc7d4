/**
 * Answers known by their grammar where the tables name no phrase: "не оформлю" refuses, whatever the verb; "подъедем" comes;
 * "надо сравнить" thinks; "на паузе до осени" waits; "алмаймын" is a Kazakh no. Read only when a clause has no phrase of
 * the tables, asks nothing and sets no condition. Looks at one clause, in time linear in it.
 * Promises to be silent about long clauses: whoever tells a story gives no short answer.
 */

import { fold, type Word } from "./intent-text.ts"

export interface Inferred {
  readonly intent: "yes" | "no" | "uncertain"
  /** Names the rule. */
  readonly name: string
  readonly words: string
}

/** An answer with this many words beyond the small ones is a story. */
const contentWordsMax = 4

/** "не получается войти", "не успеваем обработать": it is not coming that fails. */
export const failsElsewhere = (word: Word): boolean => isInfinitive(word) && !agrees(word) && !beThere.has(word.folded)

export const infer = (words: ReadonlyArray<Word>, isSmall: (folded: string) => boolean): Inferred | null => {
  const content = words.filter((word) => !isSmall(word.folded) && !not.has(word.folded))
  if (content.length > contentWordsMax) return null
  for (const [name, rule] of rules) {
    const found = rule(words, content)
    if (found !== null) return { ...found, name, words: found.words.map((word) => word.typed).join(" ") }
  }
  return null
}

type Rule = (
  words: ReadonlyArray<Word>,
  content: ReadonlyArray<Word>,
) => { readonly intent: Inferred["intent"]; readonly words: ReadonlyArray<Word> } | null

// ---- forms of words

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(fold))
/** Words that begin with one of these. */
const stems = (text: string) => {
  const folded = text.trim().split(/\s+/).map(fold)
  return ({ folded: word }: Word): boolean => folded.some((stem) => word.startsWith(stem))
}

const not = set("не ни")
/** "приду", "берём", "запишусь"; folding has turned ё into е. Nouns may end so, too: the stem must tell. */
const isFirstPerson = ({ folded }: Word): boolean =>
  folded.length > 3 && /([ую]с?|[еи]м(ся)?)$/u.test(folded) && !likeANoun.test(folded)
/** "оплату", "подписку", "оформлению", "такую": the same ending, no verb. */
const likeANoun = /([ткц]у|ию|ием|[нкшжвмл]ую)$/u
const isInfinitive = ({ folded, typed }: Word): boolean =>
  folded.length > 3 &&
  !/ость$/u.test(typed) &&
  (/(ть|ти|чь)(ся|сь)?$/u.test(typed) || /[аеиоуыя]тся$/u.test(folded) || /t(s[yj]?a)?'?$/u.test(typed))
const isPast = ({ folded }: Word): boolean => folded.length > 3 && /л[аи]?(с|ся)?$/u.test(folded)

// ---- classes of verbs

/** To order, to come, to pay, to sign, to take part: whoever does it agrees. */
const agrees = stems(`
  запиш запис прид прийд прийт приед приех подъед подъех подойд подойт подскоч заскоч заед заех зайд зайт загля доед дойд забег
  подбег возьм взял взят беру берем купл купи покупаю покупаем покупать закаж заказы приобрет оплач оплат заплач заплат перевед вышлю внес подпиш
  подпис заключ оформ подключ воспольз соглас соглаш присоедин участв поучаств заброни брониру зарезерв попроб пробова протест
  тестир начн начин приступ встреч встрет созвон вписыв успе сможем смогу посет посещ пойд поед выкуп забер забир продл продлева
  возобнов запусти запуска рискн сходим схожу привез привед прибуд закин перекин скину кину пришлю отправлю выйти поставл останусь остаемс оставляю поддерж примем приму поддержу одобр доверяю
  сотруднич работать поработ внедр перейд переход
`)
/** To think, to look, to compare, to ask somebody: whoever does it has not decided. */
const ponders = stems(`
  дума обдум подум посмотр смотре глян погляд изуч сравн сравнив реша реши реш посовет совет обсу обсуж соглас согласу рассм взве
  прикин прикид посчит подсчит просчит рассчит оцен проверить провер осмысл поразмысл поразмышл размышл смотр колебл присматр присмотр
  ознаком анализир проанализ мониторить монитор перевар вникн вник пораскин определ выбер выбир утряс проконсульт перетр
`)
const agreesNotPonders = stems("согласен согласна согласны согласимс соглашу соглаша")
/** "не вижу", "не понимаю": trouble told, not a refusal. */
const troubles = stems(`
  виж вид слыш понима поним пойм успева помн нахо найд найт получа получ знаю знаем умею умеем разбер разбир ориент работа откры вхо войд войт
  загруж груз вспомн чувств ощущ пробива дозвон дожд дожида живу живем чита прочит сплю ем пью пьем кур замуж боюс пережив волну сомнев
`)
/** "не давал согласия", "не оставляли заявку": what was never asked for is not wanted. */
const asked = stems(`
  заказ прос запраш оставл остави дава подпис запис регистр зарегистр подава обращ соглаш планир собир интерес зва жда хоте
  покуп купи бра брал бронир оформл подключ выбира
`)
/** "уже отправили", "уже пришло": done for us, or told; any other "уже" with a deed is done elsewhere. */
const reports = stems(`
  выех отправ оплат напис скин присл подтверд заполн перевел перевед подпис говор сказ спраш звон писа жда дал ответ прош прошл получ приш
  прие слыш виде был нача закончи слома завис пропа законч отключ обновл провер смотр чита дума прочит ознаком посмотр обсуд реклам
`)
const elsewhere = stems("другим других другом другой другую другого другое конкурент соседн чуж ином иной")

const wills = set(`
  буду будем готов готова готовы согласен согласна согласны рад рада давай давайте хочу хотим хотел хотела хотели хотелось могу
  можем смогу сможем планирую планируем собираюсь собираемся намерен намерены решил решила решили
`)
/** After these any infinitive is agreed to; after "хочу" only those of `agrees`. */
const readies = set("готов готова готовы согласен согласна согласны рад рада")
const wontDo = set(`
  буду будем стану станем хочу хотим хотел хотела хотели собираюсь собираемся планирую планируем намерен намерена намерены желаю
  желаем
`)
const musts = set(`
  надо нужно должен должна должны бы дайте дай стоит необходимо придется требуется попробую пытаюсь
`)
const conditional = set("бы")
const beThere = set("быть присутствовать придти прибыть посетить явиться")
const requests = set("можно можете могли покажите дайте где куда есть")

/** Whose word, or money, is waited for. */
const deciders = stems(`
  свекр тещ брат сестр отец пап   директор шеф босс руководит руководств начальн начальств учредит собственник хозя муж жена жену жены супруг партнер бухгалт главбух
  юрист мама маму родител закуп снабжен совет комисси бюджет финанс деньг денег одобрен согласован решени отмашк тендер менеджмент
`)
const decidesNow = stems(
  "сказал говорит идет уреза сократ замороз отда переда показ счита формир заклад планир верста утвержд реша реши дума смотр рассм согласов утвержда вернет скаж скажет изуч обсужд сравнива отпуск командиров занят",
)
const awaits = set("жду ждем ожидаю ожидаем подожду подождем дождусь дождемся")
const refuses = stems("против отказа запрет зареза")

const allows = stems("разреша разреши позволя позволи пуска пусти")
const inOrAt = set("в на за")
/** Who is there answers another time. */
const places = stems(`
  поездк аэропорт созвон смене смены дороге отпуск командиров больниц тренировк процедур даче море отъезд учебе лекци экзамен свадьб
  похорон роддом декрет границе бассейн кино театр самолет поезде такси планерк консультаци семинар
`)
const afterWord = fold("после")
const letsWords = set("давай давайте")
const wantsToBeTold = stems(`
  прайс подроб инф скидк цен каталог адрес номер ссыл телефон контакт сначал знаком поговор поболта заново отзыв пример фото вопрос
  конкрет честно дешев
`)
/** "отгружайте", "доставляйте": the imperfective lets somebody go on; the perfective ("повторите") asks for something. */
const otherOrders = stems(`
  здравствуй прощай слушай узнай передай угадай отвечай объясня дума решай извиня перезвани обновля меняй возвращай исправля передел сделай
  придумай рассказывай показывай читай
`)
const carries = stems("везите привозите привезите отгрузите")

// ---- times that are not now

const farTimes = stems(`
  недел месяц год квартал лето лета летом лету осен весн зим праздник отпуск зарплат каникул выходны сезон сесси экзамен ремонт новогодн
  январ феврал март апрел мае мая июн июл август сентябр октябр ноябр декабр аванс зп получк полго полуго майск наурыз полчас минут час
`)
const timeWords = stems(`
  перв втор трет четверт последн учебн календарн раньше ранее позже ближе начал конец конц середин следующ след будущ друг нов пар несколько дн день окончани заверш сдач отчет
  полтор
`)
const isQuarter = ({ typed }: Word): boolean => /^(q|кв)\d$/u.test(typed)
const untilThen = set("в к до после через ближе раньше ранее со с")

const rules: ReadonlyArray<readonly [name: string, rule: Rule]> = [
  [
    "wont",
    (words, content) => {
      const at = words.findIndex((word) => not.has(word.folded))
      if (at < 0) return null
      const verb = words.slice(at + 1).find((word) => !degrees.has(word.folded))
      if (verb === undefined) return null
      const others = content.filter((word) => word !== verb).length
      const no = (...said: ReadonlyArray<Word>) => ({ intent: "no" as const, words: [words[at]!, ...said] })
      if (wontDo.has(verb.folded)) {
        const act = words.find((word) => word !== verb && isInfinitive(word))
        if (act !== undefined && others <= 3 && !troubles(act)) return no(verb, act)
      }
      if (troubles(verb) || !content.includes(verb)) return null
      if (isPast(verb) && asked(verb) && others <= 2 && !words.some((word) => ofUs.has(word.folded))) return no(verb)
      return isFirstPerson(verb) && verb.folded.length > 4 && others <= 2 && !ponders(verb) ? no(verb) : null
    },
  ],
  [
    "ponders",
    (words, content) => {
      if (words.some((word) => not.has(word.folded) || requests.has(word.folded))) return null
      const verb = content.find((word) => ponders(word) && !agreesNotPonders(word))
      if (verb === undefined || content.length > 3) return null
      const must = words.find((word) => musts.has(word.folded))
      if (isFirstPerson(verb) || (isInfinitive(verb) && (must !== undefined || content.length === 1)))
        return { intent: "uncertain", words: must === undefined || must === verb ? [verb] : [must, verb] }
      return null
    },
  ],
  [
    "have-already",
    (words, content) => {
      if (words.some((word) => not.has(word.folded))) return null
      const other = words.find(elsewhere)
      const verb = content.find(
        (word) => (isPast(word) && !reports(word)) || (other !== undefined && agrees(word) && isFirstPerson(word)),
      )
      const sign = other ?? words.find((word) => word.folded === "уже")
      return verb !== undefined && sign !== undefined && content.length <= 3
        ? { intent: "no", words: [sign, verb] }
        : null
    },
  ],
  [
    "agrees",
    (words, content) => {
      if (words.some((word) => not.has(word.folded) || requests.has(word.folded))) return null
      const yes = (...said: ReadonlyArray<Word>) => ({ intent: "yes" as const, words: said })
      const will = words.find((word) => wills.has(word.folded))
      const act = content.find((word) => isInfinitive(word) && word !== will)
      if (will !== undefined && act !== undefined && content.length <= 4 && !troubles(act) && !ponders(act))
        if (readies.has(will.folded) || agrees(act)) return yes(will, act)
      if (content.length > 2) return null
      const would = words.find((word) => conditional.has(word.folded))
      const bare =
        content.length === 1 && words.length <= 2
          ? content.find((word) => isInfinitive(word) && agrees(word))
          : undefined
      if (bare !== undefined) return yes(bare)
      const wished = content.find(
        (word) => isPast(word) && !troubles(word) && !ponders(word) && !wills.has(word.folded),
      )
      if (would !== undefined && wished !== undefined) return yes(wished, would)
      const verb = content.find(agrees)
      if (verb === undefined) return null
      return isFirstPerson(verb) ? yes(verb) : null
    },
  ],
  [
    "lets",
    (words, content) => {
      const lets = words.find((word) => letsWords.has(word.folded))
      if (lets === undefined || content.length > 3 || words.some((word) => not.has(word.folded))) return null
      return words.some((word) => ponders(word) || farTimes(word) || wantsToBeTold(word))
        ? null
        : { intent: "yes", words: [lets] }
    },
  ],
  [
    "go-on",
    (words, content) => {
      const verb = content.at(-1)
      if (verb === undefined || content.length > 2 || words.some((word) => not.has(word.folded))) return null
      const lets = /[аяу]йте$/u.test(verb.typed) && verb.typed.length > 6 && !otherOrders(verb)
      return lets || carries(verb) ? { intent: "yes", words: [verb] } : null
    },
  ],
  [
    "someone-else-decides",
    (words, content) => {
      const boss = content.find(deciders)
      if (boss === undefined || content.length > 3) return null
      const denies = words.find((word) => refuses(word))
      if (denies !== undefined) return { intent: "no", words: [boss, denies] }
      const decides = words.find((word) => word !== boss && (decidesNow(word) || awaits.has(word.folded)))
      return decides === undefined ? null : { intent: "uncertain", words: [boss, decides] }
    },
  ],
  [
    "another-time",
    (words, content) => {
      const far = words.find((word) => farTimes(word) || isQuarter(word))
      if (far === undefined || content.length === 0 || words.some((word) => /\d:\d/.test(word.typed))) return null
      const then = words.some((word) => untilThen.has(word.folded)) || content.some(timeWords)
      return then &&
        content.every(
          (word) => farTimes(word) || untilThen.has(word.folded) || timeWords(word) || /^\d{1,2}$/.test(word.folded),
        )
        ? { intent: "uncertain", words }
        : null
    },
  ],
  [
    "forbidden",
    (words, content) => {
      const at = words.findIndex((word) => not.has(word.folded))
      const verb = words[at + 1]
      return at >= 0 &&
        verb !== undefined &&
        allows(verb) &&
        content.length <= 3 &&
        !words.some((word) => ofUs.has(word.folded))
        ? { intent: "no", words: [words[at]!, verb] }
        : null
    },
  ],
  [
    "away",
    (words, content) => {
      const place = content.find(places)
      const before = place === undefined ? undefined : words[words.indexOf(place) - 1]
      return place !== undefined && before !== undefined && content.length <= 2 && inOrAt.has(before.folded)
        ? { intent: "uncertain", words: [before, place] }
        : null
    },
  ],
  [
    "after-that",
    (words, content) => {
      const [after, ...rest] = words.filter((word) => content.includes(word) || word.folded === afterWord)
      if (after?.folded !== afterWord || rest.length === 0 || rest.length > 2) return null
      return /([аяиыей]|ов)$/u.test(rest.at(-1)!.typed) && !/(ие|ия)$/u.test(rest.at(-1)!.typed)
        ? { intent: "uncertain", words }
        : null
    },
  ],
  [
    "kazakh-verb",
    (words, content) => {
      const last = content.at(-1)
      if (last === undefined || content.length > 2 || kazakhTroubles(last) || notKazakh.has(last.folded)) return null
      const before = words[words.indexOf(last) - 1]
      // "кіре алмаймын": cannot. Whatever it is that cannot be done, it is no refusal.
      if (content.length > 1 && last.folded.startsWith("алма")) return null
      const wish = before !== undefined && /[гк]им$/u.test(before.folded)
      const ponder = kazakhPonders(last) || (before !== undefined && kazakhPonders(before))
      const yes = ponder ? ("uncertain" as const) : ("yes" as const)
      const { folded, typed } = last
      if (
        /[мпб]аи?(ми[нз]|м|ни?з)$|[мпб]еи?(ми[нз]|м|ни?з)$/u.test(folded) &&
        /[мпб][ае]([йи]м|ң|н[ыіи]з)/u.test(typed)
      )
        return { intent: "no", words: [last] }
      if (wish && /^(жок|келмеиди)$/u.test(folded)) return { intent: "no", words: [before, last] }
      if (wish && folded === "келеди") return { intent: yes, words: [before, last] }
      if (/^(керек|кажет)$/u.test(folded) && ponder) return { intent: "uncertain", words: [last] }
      if (before !== undefined && /п$/u.test(before.folded) && /^кор(е|аи)/u.test(folded))
        return { intent: "uncertain", words: [before, last] }
      // "алайын", "бастайық": let me, let us. Seen as typed, since folding would make "онлайн" one of them.
      const lets = /[ае]й[ыіи][нкқ]$|[иі][йи]?[иі][нк]$/u.test(typed) && typed.length > 4
      return folded.length > 4 && (/([ая]ми|[еи]ми)[нз]$/u.test(folded) || lets) ? { intent: yes, words: [last] } : null
    },
  ],
]
/** "не записали меня": it is we who failed. */
const ofUs = set("меня нас мне нам")
const degrees = set(
  "очень совсем особо сильно так прям больше уже пока я мы никуда ничего никогда это вам вас у тут там к",
)
/** Not understood, not found, does not open: trouble. */
const kazakhTroubles = stems("тусин тапа таба кире аша косыл исте тур жур кут сурагым сурайын сурайик бил")
const kazakhPonders = stems("ойлан ойлас корем кореи кореик кара суран сура акылд кенес хабарл ескер салыстыр бил")
const notKazakh = set("камин витамин экзамин витамины термин один")

const enables = stems(`
  отпуст позвол одобр соглас получ успе смог найд буд подойд устро дад разреш освобож приед понрав цен скид дешев зп зарплат врем
  деньг погод можно здоров
`)
/** "если отпустят", "если шеф одобрит": a condition by itself, and no question behind it. */
export const inferCondition = (words: ReadonlyArray<Word>, isSmall: (folded: string) => boolean): Inferred | null => {
  const content = words.filter((word) => !isSmall(word.folded) && !not.has(word.folded))
  if (content.length === 0 || content.length > contentWordsMax || !content.some(enables)) return null
  return { intent: "uncertain", name: "on-condition", words: words.map((word) => word.typed).join(" ") }
}
