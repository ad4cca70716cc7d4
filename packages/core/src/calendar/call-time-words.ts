/**
 * The words of dates and times, Russian and Kazakh, as pieces of regular expressions over folded text, and what they mean.
 * Folded text is lower case, without the dots of "ё" and with Kazakh letters as people without a Kazakh keyboard type
 * them ("ертең" is "ертен"); it has the length of the original, so an index means the same in both.
 */

const folds: Record<string, string> = {
  ё: "е",
  ә: "а",
  ғ: "г",
  қ: "к",
  ң: "н",
  ө: "о",
  ұ: "у",
  ү: "у",
  һ: "х",
  і: "и",
  i: "и",
  "\u00a0": " ",
  "\u202f": " ",
  "\t": " ",
  "–": "-",
  "—": "-",
  "−": "-",
  "‑": "-",
  "：": ":",
  "\r": "\n",
}

export const fold = (text: string): string => {
  let folded = ""
  for (let i = 0; i < text.length; i++) {
    const unit = text.charAt(i)
    const lower = unit.toLowerCase()
    const one = lower.length === 1 ? lower : unit
    folded += folds[one] ?? one
  }
  return folded
}

/** Gaps are bounded, so that a long run of spaces cannot make a rule slow. */
export const gap = "[ ]{1,3}"
export const maybeGap = "[ ]{0,3}"
export const ends = "(?![\\p{L}\\d])"

/** A rule: matches only where it is told to, and only whole words at its end. */
export const rule = (source: string): RegExp => new RegExp(plainLetters(`(?:${source})${ends}`), "uy")

/** Folded text has few letters. Naming them compiles in a tenth of the time that the whole of Unicode takes. */
const letters = "a-zа-яё"
const plainLetters = (source: string): string =>
  source.replaceAll("[\\p{L}", `[${letters}`).replaceAll("\\p{L}", `[${letters}]`)

// --- numbers ---

const units: ReadonlyArray<readonly [number, string]> = [
  [1, "один|одна|одну|одного|одной|одному|бир"],
  [2, "два|две|двух|двум|еки"],
  [3, "три|трех|трем|уш"],
  [4, "четыре|четырех|четырем|торт"],
  [5, "пять|пяти|бес"],
  [6, "шесть|шести|алты"],
  [7, "семь|семи|жети"],
  [8, "восемь|восьми|сегиз"],
  [9, "девять|девяти|тогыз"],
]
const teens: ReadonlyArray<readonly [number, string]> = [
  [10, "десять|десяти"],
  [11, "одиннадцать|одиннадцати|одинадцать"],
  [12, "двенадцать|двенадцати"],
  [13, "тринадцать|тринадцати"],
  [14, "четырнадцать|четырнадцати"],
  [15, "пятнадцать|пятнадцати"],
  [16, "шестнадцать|шестнадцати"],
  [17, "семнадцать|семнадцати"],
  [18, "восемнадцать|восемнадцати"],
  [19, "девятнадцать|девятнадцати"],
]
const tens: ReadonlyArray<readonly [number, string]> = [
  [10, "он"],
  [20, "двадцать|двадцати|жиырма"],
  [30, "тридцать|тридцати|отыз"],
  [40, "сорок|сорока|кырык"],
  [50, "пятьдесят|пятидесяти|елу"],
]
const numberOf = new Map<string, number>([["ноль", 0]])
for (const [n, forms] of [...units, ...teens, ...tens]) for (const form of forms.split("|")) numberOf.set(form, n)
const alternatives = (list: ReadonlyArray<readonly [number, string]>) => list.map(([, forms]) => forms).join("|")
const ofRussian = (list: ReadonlyArray<readonly [number, string]>) => list.filter(([n, f]) => !(n === 10 && f === "он"))

/** Cardinal words up to 59, in the cases that follow a preposition. Kazakh "он" (ten) is "he" in Russian: it needs a unit. */
export const numberWords = `(?:(?:${alternatives(ofRussian(tens))})(?:${gap}(?:${alternatives(units)}))?|${alternatives(teens)}|он${gap}(?:${alternatives(units)})|${alternatives(units)})`
export const numberWordsKk = `(?:(?:${alternatives(tens)})(?:${gap}(?:${alternatives(units)}))?|${alternatives(units)})`

/** What digits or number words say. Unknown words say NaN. */
export const readNumber = (text: string): number => {
  if (/^\d/.test(text)) return Number(text.replace(",", "."))
  let sum = 0
  for (const word of text.trim().split(/[ -]+/)) sum += numberOf.get(word) ?? Number.NaN
  return sum
}

const ordinalStems = [
  "перв",
  "втор",
  "трет",
  "четверт",
  "пят",
  "шест",
  "седьм",
  "восьм",
  "девят",
  "десят",
  "одиннадцат",
  "двенадцат",
  "тринадцат",
  "четырнадцат",
  "пятнадцат",
  "шестнадцат",
  "семнадцат",
  "восемнадцат",
  "девятнадцат",
  "двадцат",
] as const
const ordinalEnd = "(?:ьего|ьему|ьем|ье|ого|ому|ом|ое)"
/** `двадцать пятого`, `первое`, `тридцатому` */
export const ordinal = `(?:(?:двадцать|тридцать)${gap})?(?:${ordinalStems.join("|")}|тридцат)${ordinalEnd}`
/** `третьего` of "половина третьего". */
export const ordinalHour = `(?:${ordinalStems.slice(0, 12).join("|")})(?:ьего|ого)|\\d{1,2}(?:-?(?:го|ого))?`

export const readOrdinal = (text: string): number => {
  if (/^\d/.test(text)) return Number.parseInt(text, 10)
  const words = text.trim().split(/ +/)
  const stem = (words.at(-1) ?? "").replace(new RegExp(`${ordinalEnd}$`, "u"), "")
  const last = stem === "тридцат" ? 30 : ordinalStems.indexOf(stem as (typeof ordinalStems)[number]) + 1
  return (words.length > 1 ? (numberOf.get(words[0] ?? "") ?? 0) : 0) + last
}

// --- names of days and months ---

const caseKk = "(?:д[еа]|т[еа]|г[еа]|к[еа]|н[ыи]н|д[еа]н|т[еа]н|н[еа]н|дин|дын|сы|си)?"

const weekdayForms: ReadonlyArray<string> = [
  `понедельник(?:а|у|ом|е)?|пнд?|дуйсенби${caseKk}`,
  `вторник(?:а|у|ом|е)?|вт|втр|сейсенби${caseKk}`,
  `сред(?:а|у|ы|е|ой)|ср|срд|сарсенби${caseKk}`,
  `четверг(?:а|у|ом|е)?|чт|чтв|бейсенби${caseKk}`,
  `пятниц(?:а|у|ы|е|ей)|пт|птн|жума${caseKk}`,
  `суббот(?:а|у|ы|е|ой)|сб|сбт|сенби${caseKk}`,
  `воскресень(?:е|я|ю|ем)|воскресение|вс|вск|вскр|жексенби${caseKk}`,
]
export const weekdayName = `(?:${weekdayForms.join("|")})`
const weekdayTests = weekdayForms.map((forms) => new RegExp(`^(?:${forms})$`, "u"))
/** 1 is Monday. 0 if it is none. */
export const readWeekday = (name: string): number => weekdayTests.findIndex((test) => test.test(name)) + 1

const monthForms: ReadonlyArray<string> = [
  `январ(?:ь|я|е|ю|ем)|янв|кантар${caseKk}`,
  `феврал(?:ь|я|е|ю|ем)|фев|февр|акпан${caseKk}`,
  `март(?:а|е|у|ом)?|мар|наурыз${caseKk}`,
  `апрел(?:ь|я|е|ю|ем)|апр|сауир${caseKk}`,
  `ма(?:й|я|е|ю|ем)|мамыр${caseKk}`,
  `июн(?:ь|я|е|ю|ем)?|маусым${caseKk}`,
  `июл(?:ь|я|е|ю|ем)?|шилде${caseKk}`,
  `август(?:а|е|у|ом)?|авг|тамыз${caseKk}`,
  `сентябр(?:ь|я|е|ю|ем)|сен|сент|кыркуйек${caseKk}`,
  `октябр(?:ь|я|е|ю|ем)|окт|казан${caseKk}`,
  `ноябр(?:ь|я|е|ю|ем)|ноя|нояб|караша${caseKk}`,
  `декабр(?:ь|я|е|ю|ем)|дек|желтоксан${caseKk}`,
]
export const monthName = `(?:${monthForms.join("|")})`
const monthTests = monthForms.map((forms) => new RegExp(`^(?:${forms})$`, "u"))
/** 1 is January. 0 if it is none. */
export const readMonth = (name: string): number => monthTests.findIndex((test) => test.test(name)) + 1

/** The quarter of the year where a season begins. */
export const seasonMonths: Record<string, number> = { весн: 3, лет: 6, осен: 9, зим: 12 }

// --- lengths of time ---

export const lengthUnit =
  "секунд(?:у|ы|очку)?|сек|минут(?:у|ы|ок|очку|очек|ку|ки)?|мин|час(?:а|ов|ик|ика|иков|ок)?|ч|дн(?:я|ей|и)|день|дн|денек|сут(?:ки|ок)|недел(?:ю|и|ь|ька|ьку|ьки|ек)|недельку|нед|месяц(?:а|ев|ок)?|мес|квартал(?:а|ов)?|год(?:а|ик)?|лет"
export const lengthUnitKk = "минут|сагат|кун|апта|ай|жыл"

export interface Length {
  readonly months: number
  readonly days: number
  readonly ms: number
}

const minuteMs = 60_000
/** `count` of a unit; fractions only where they have a meaning ("полтора месяца" is a month and 15 days). */
export const readLength = (count: number, unit: string): Length => {
  const whole = Math.floor(count)
  const rest = count - whole
  const is = (...stems: ReadonlyArray<string>) => stems.some((stem) => unit.startsWith(stem))
  if (is("сек")) return { months: 0, days: 0, ms: count * 1000 }
  if (is("мин")) return { months: 0, days: 0, ms: count * minuteMs }
  if (is("час", "ч", "сагат")) return { months: 0, days: 0, ms: count * 60 * minuteMs }
  if (is("мес", "ай")) return { months: whole, days: Math.round(rest * 30), ms: 0 }
  if (is("кварт")) return { months: Math.round(count * 3), days: 0, ms: 0 }
  if (is("год", "лет", "жыл")) return { months: Math.round(count * 12), days: 0, ms: 0 }
  if (is("нед", "апта")) return { months: 0, days: Math.floor(count * 7), ms: 0 }
  return { months: 0, days: whole, ms: Math.round(rest * 24) * 60 * minuteMs }
}
