/**
 * What a phrase says about time, part by part, before anything is reckoned: "во вторник в 15:00" is a weekday and a clock
 * time. Rules are tried at every beginning of a word, and the longest match wins; each looks a bounded way ahead, so the time
 * taken grows with the text and no faster.
 */
import {
  ends,
  gap,
  lengthUnit,
  lengthUnitKk,
  maybeGap,
  monthName,
  numberWords,
  numberWordsKk,
  ordinal,
  ordinalHour,
  readLength,
  readMonth,
  readNumber,
  readOrdinal,
  readWeekday,
  rule,
  seasonMonths,
  weekdayName,
} from "./call-time-words.ts"

export type Which = "upcoming" | "this" | "next" | "last"
export type Unit = "week" | "month" | "quarter" | "year"
export type Edge = "start" | "middle" | "end"
/** The half of the day that a clock time names. */
export type Half = "утра" | "дня" | "вечера" | "ночи"
export type DaypartName = "morning" | "before lunch" | "noon" | "day" | "after lunch" | "evening" | "night"

/** A part of a date or of a time. Days may be unknown to the month, months to the year. */
export type Said =
  | { readonly kind: "relative day"; readonly days: number }
  | { readonly kind: "date"; readonly day: number; readonly month?: number; readonly year?: number }
  | { readonly kind: "weekday"; readonly weekday: number; readonly which: Which }
  | { readonly kind: "shift"; readonly months: number; readonly days: number; readonly ms: number }
  | { readonly kind: "period"; readonly unit: Unit; readonly ahead: number; readonly edge?: Edge }
  | {
      readonly kind: "month"
      readonly month: number
      readonly year?: number
      readonly ahead?: number
      readonly edge?: Edge
    }
  | { readonly kind: "year"; readonly year: number }
  | {
      readonly kind: "clock"
      readonly hour: number
      readonly minute: number
      readonly second: number
      /** Minutes were said: 15:00, not "в три". */
      readonly exact: boolean
      readonly half?: Half | undefined
      /** The hour is of 24 and must not be moved to the afternoon. */
      readonly fixed: boolean
      /** The clock of another zone: "по Москве". */
      readonly zone?: string | undefined
    }
  | { readonly kind: "daypart"; readonly name: DaypartName }
  | { readonly kind: "now" }

export type Part = Said & { readonly index: number; readonly end: number }

/** What stands around a match. */
export interface Around {
  readonly text: string
  readonly index: number
  readonly end: number
  /** The part right before, if only blanks or a comma lie between. */
  readonly before: Part | undefined
  /** A day was named earlier in this sentence. */
  readonly hasDay: boolean
  /** The match is all there is in its sentence. */
  readonly alone: () => boolean
  /** The whole sentence, folded. */
  readonly sentence: () => string
}

interface Rule {
  readonly pattern: RegExp
  readonly read: (match: RegExpExecArray, around: Around) => Said | ReadonlyArray<Said> | null
}

// --- clock times ---

const halfWord = "утра|дня|дн|вечера|веч|ночи|пополудни|после полудня|п\\.?м|pm|p\\.m\\.?|am|a\\.m\\.?"
const half = `(?:${maybeGap}(?<half>${halfWord})${ends})?`
const mustHalf = `${maybeGap}(?<half>утра|дня|вечера|веч|ночи|пополудни|после полудня|pm|am)`
const suffixKk = "(?:-?(?:д[еа]|т[еа]|г[еа]|к[еа]|д[еа]н|т[еа]н)(?![\\p{L}]))?"
const hour = "(?<hour>[01]?\\d|2[0-4])"
const hourOrWord = `(?<hour>(?:[01]?\\d|2[0-4])(?!\\d)|${numberWords})`
const hourNoun = "(?:час(?:ов|ам|а|у|иков|ика)?|ч)"
const sides = `(?:в районе|в|во|к|ко|до|с|со|от|после|около|на|где-то|примерно|не позже|не раньше|ближе к|at)`
/** "в", and the hour turned round: "часа в четыре", "часам к пяти". */
const at = `(?:(?:час(?:а|ов|иков|ам|иков)${gap})?(?<side>${sides})${gap}(?:(?:около|примерно|где-то)${gap})?)`
const zone = `(?:${maybeGap}\\(?(?:по${gap})?(?<zone>москв\\p{L}{0,2}|московск\\p{L}{0,3}(?: времени)?|мск|астан\\p{L}{0,2}|времени астаны|алмат\\p{L}{0,2}|ташкент\\p{L}{0,2}|бишкек\\p{L}{0,2}|киев\\p{L}{0,2}|дубаю|(?:utc|gmt)(?:${maybeGap}[+-]${maybeGap}\\d{1,2})?)${ends}\\)?)?`
const seconds = "(?:[:](?<second>[0-5]\\d))?"
/** The end of a range is read over: the moment asked for is its start. */
const rangeEnd = `(?:${maybeGap}(?:-|до|по)${maybeGap}(?:[01]?\\d|2[0-4])[:.\\-][0-5]\\d(?!\\d))?`

const halfOf = (said: string | undefined): Half | undefined => {
  if (said === undefined) return undefined
  if (said === "утра" || said.startsWith("a")) return "утра"
  if (said === "вечера" || said === "веч") return "вечера"
  if (said === "ночи") return "ночи"
  return "дня"
}

const zoneOf = (said: string | undefined): string | undefined => {
  if (said === undefined) return undefined
  if (/^м/.test(said)) return "Europe/Moscow"
  if (/^(?:астан|времени|алмат)/.test(said)) return "Asia/Almaty"
  if (said.startsWith("ташкент")) return "Asia/Tashkent"
  if (said.startsWith("бишкек")) return "Asia/Bishkek"
  if (said.startsWith("киев")) return "Europe/Kyiv"
  if (said.startsWith("дуба")) return "Asia/Dubai"
  const offset = /([+-]) *(\d{1,2})$/.exec(said)
  const hours = Number(offset?.[2] ?? 0)
  return offset === null || hours === 0 || hours > 14 ? "UTC" : `${offset[1]}${String(hours).padStart(2, "0")}:00`
}

interface ClockSaid {
  readonly hour: string
  readonly minute?: string | number | undefined
  readonly second?: string | undefined
  readonly half?: string | undefined
  readonly zone?: string | undefined
}

const clock = (said: ClockSaid): Said | null => {
  const hourSaid = readNumber(said.hour)
  const minute = typeof said.minute === "number" ? said.minute : said.minute === undefined ? 0 : readNumber(said.minute)
  const which = halfOf(said.half)
  if (!(hourSaid >= 0 && hourSaid <= 24) || !(minute >= 0 && minute < 60)) return null
  if (hourSaid === 24 && (said.minute === undefined || minute > 0)) return null
  const exact = said.minute !== undefined
  // "в 3:30" of a call is the afternoon, "в 03:30" and "в 7:30" are meant as they stand.
  const isEarly = exact ? hourSaid >= 1 && hourSaid <= 5 : hourSaid >= 1 && hourSaid <= 7
  return {
    kind: "clock",
    hour: hourSaid,
    minute,
    second: said.second === undefined ? 0 : Number(said.second),
    exact,
    half: hourSaid > 12 ? undefined : which,
    fixed: which === undefined && (said.hour.startsWith("0") || !isEarly),
    zone: zoneOf(said.zone),
  }
}

/** The hour before the one that is named: "половина третьего" is 2:30. */
const before = (namedHour: number, minute: number, halfSaid: string | undefined): Said | null => {
  if (!(namedHour >= 1 && namedHour <= 12)) return null
  const hourBefore = namedHour === 1 ? 12 : namedHour - 1
  return {
    kind: "clock",
    hour: hourBefore,
    minute,
    second: 0,
    exact: true,
    half: halfOf(halfSaid),
    fixed: halfSaid === undefined && hourBefore >= 8,
  }
}

/** Words after "в 10" that make it a number of things. */
const things =
  /^ {0,3}(?:%|₸|\$|€|₽|[*×x/]|[.,]\d|-(?:м|й|ти|х|ом|го|ое|е)(?!\p{L})|-? ?(?:раз(?:а|ов)?|процент\p{L}*|тыс\p{L}*|млн|миллион\p{L}*|тг|тенге|руб\p{L}*|доллар\p{L}*|евро|кг|кило\p{L}*|гр|грамм\p{L}*|литр\p{L}*|см|мм|м|метр\p{L}*|км|шт|штук\p{L}*|чел|человек\p{L}*|этап\p{L}*|филиал\p{L}*|город\p{L}*|магазин\p{L}*|офис\p{L}*|комнат\p{L}*|цвет\p{L}*|вариант\p{L}*|мест\p{L}*|точ\p{L}*|пункт\p{L}*|класс\p{L}*|школ\p{L}*|дом\p{L}*|кв|квартир\p{L}*|кабинет\p{L}*|част\p{L}*|экземпляр\p{L}*|строк\p{L}*|год\p{L}*|лет|дн\p{L}*|день|сут\p{L}*|недел\p{L}*|месяц\p{L}*|мес|минут\p{L}*|мин|секунд\p{L}*|сло(?:й|я|ев)|смен\p{L}*|ряд\p{L}*|этаж\p{L}*|упаков\p{L}*|короб\p{L}*|коробк\p{L}*|систем\p{L}*|проект\p{L}*|стран\p{L}*|язык\p{L}*|поток\p{L}*|рук\p{L}*|счет\p{L}*|клик\p{L}*|слов\p{L}*|отдел\p{L}*|склад\p{L}*|платеж\p{L}*|уровн\p{L}*|балл\p{L}*|позици\p{L}*|числ\p{L}*|букв\p{L}*|\p{L}{3,}(?:ов|ев|ах|ях))(?![\p{L}\d]))/u
const isOfThings = (around: Around): boolean => {
  const after = around.text.slice(around.end, around.end + 32)
  return (things.test(after) && !/^ {0,3}(?:часов|часах)/.test(after)) || /^ {0,3}- {0,3}\d+[.,]\d(?!\d)/.test(after)
}
const endsPhrase = (around: Around): boolean =>
  /^ {0,3}(?:$|[\n,.;:!?)(]|или|либо|и|а|но|по|удобно|можно|хорошо|ок|давайте|подойдет|устроит|норм)/u.test(
    around.text.slice(around.end, around.end + 12),
  )
/** People who talk of calls and meetings mean the clock. */
const callWords =
  /звон|созв|набер|связ|удобн|свобод|встре|можно|могу|можете|сможе|давай|жду|подъе|приед|приду|буду|запиш|перенес|назнач|готов|коныр|бола/u
const isCallTalk = (around: Around): boolean => callWords.test(around.sentence())
const priceWords =
  /(?:курс|цен|стои|температур|скидк|верси|размер|вес|рост|оценк|рейтинг|площад|ставк|пункт|раздел|глав|стать|соотношен|пропорц|масштаб)\p{L}{0,8}[ :-]{0,3}$/u
const isPrice = (around: Around): boolean =>
  priceWords.test(around.text.slice(Math.max(0, around.index - 24), around.index)) ||
  /^ {0,3}(?:%|₸|\$|€|₽|тг|тенге|руб|тыс|млн|кг|м²|см|мм|гб|р\.)/u.test(around.text.slice(around.end, around.end + 10))

const days: ReadonlyArray<Said["kind"]> = ["relative day", "date", "weekday", "shift", "period", "daypart"]
const followsDay = (around: Around): boolean => around.before !== undefined && days.includes(around.before.kind)

/** "с 9 до 18 работаем" tells the opening hours, not a moment. */
const hoursWords =
  /работа(?:ем|ет|ют|ете)|график|режим|рабоч|ежедневно|круглосуточно|принимаем|каждый день|по будням|в будни/u
const isOpeningHours = (around: Around): boolean => hoursWords.test(around.sentence()) && !around.hasDay

const bareHour = (match: RegExpExecArray, around: Around): Said | null => {
  const g = match.groups ?? {}
  const said = g["hour"] ?? ""
  const isTold = g["noun"] !== undefined || g["half"] !== undefined || g["zone"] !== undefined
  if (!isTold) {
    if (isOfThings(around)) return null
    const isIn = g["side"] === "в" || g["side"] === "во"
    const isWord = !/^\d/.test(said)
    if (!around.hasDay && !followsDay(around)) {
      if (isWord || !isIn) {
        if (!endsPhrase(around)) return null
        if (!isIn && !isCallTalk(around) && !(around.alone() && g["side"] !== "на" && g["side"] !== "от")) return null
      }
    } else if (!isIn && !endsPhrase(around) && !isCallTalk(around)) return null
  } else if (g["noun"] !== undefined && g["half"] === undefined && /^(?:до|за|от|на)$/.test(g["side"] ?? "")) {
    // "на 2 часа" lasts; "до 18 часов" is a moment.
    if (g["side"] !== "до" && readNumber(said) < 8) return null
  }
  return clock({ hour: said, half: g["half"], zone: g["zone"] })
}

const followedByMonth = new RegExp(`^[ ]{0,3}${monthName}(?!\\p{L})`, "u")

const clockRules: ReadonlyArray<Rule> = [
  {
    // 15:00, 9:30 вечера, 20:32:13, 10:00-12:00, 15:00-де
    pattern: rule(
      `${at}?${hour}[:](?<minute>[0-5]\\d)${seconds}(?!\\d)(?![:]\\d)${suffixKk}${rangeEnd}(?:${maybeGap}(?:ч|час(?:ов|а)?)${ends})?${half}${zone}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      if (isOpeningHours(around) && (/^со?$/.test(g["side"] ?? "") || /(?:-|до|по) {0,3}\d{1,2}[:.]/u.test(match[0])))
        return []
      if (g["side"] === undefined && isPrice(around)) return null
      return clock({
        hour: g["hour"] ?? "",
        minute: g["minute"],
        second: g["second"],
        half: g["half"],
        zone: g["zone"],
      })
    },
  },
  {
    // в 15.00, в 16-00, к 18.30, в 15 30, 5-59 вечера, завтра 11.10
    pattern: rule(
      `${at}?${hour}(?<mark>[.\\-]|${gap})(?<minute>[0-5]\\d)(?!\\d)(?![.:/]\\d)(?!${maybeGap}(?:час|ч${ends}))${suffixKk}${rangeEnd}(?:${maybeGap}(?:ч|час(?:ов|а)?)${ends})?${half}${zone}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const [hours, minutes, side, mark] = [Number(g["hour"]), Number(g["minute"]), g["side"], g["mark"] ?? ""]
      const isTold = g["half"] !== undefined || g["zone"] !== undefined
      const isDate = mark !== " " && hours >= 1 && hours <= 31 && minutes >= 1 && minutes <= 12
      const isSaid = isTold || side === "в" || side === "во"
      if (isOfThings(around) || isPrice(around)) return null
      if (isOpeningHours(around) && (side === "с" || side === "от")) return null
      if (mark.startsWith(" ")) {
        if (!isSaid && !(followsDay(around) && endsPhrase(around))) return null
        if (!isTold && !/[05]$/.test(g["minute"] ?? "")) return null
        if (followedByMonth.test(around.text.slice(around.end, around.end + 20))) return null
      } else if (mark === "-") {
        // "в 10-15" is a time, "в 10-12" is a range and another rule's.
        if (!isSaid && side === undefined && !followsDay(around) && !(around.alone() && hours >= 8)) return null
        if (!isTold && !/[05]$/.test(g["minute"] ?? "")) return null
      } else if (!isSaid) {
        if (side === undefined && !followsDay(around) && (isDate || !around.alone())) return null
        if (side !== undefined && isDate && !around.hasDay) return null
      }
      return clock({ hour: g["hour"] ?? "", minute: g["minute"], half: g["half"], zone: g["zone"] })
    },
  },
  {
    // в 15, к шести вечера, часа в 4, в три часа дня, после 6
    pattern: rule(
      `${at}${hourOrWord}(?![:.]\\d)(?:-(?:[01]?\\d|2[0-4])(?![\\d.:-]))?${suffixKk}(?:${maybeGap}(?<noun>${hourNoun})${ends})?${half}${zone}`,
    ),
    read: bareHour,
  },
  {
    // в 16 ч 20 мин, в 15 часов 30 минут, в пятнадцать тридцать, 15 часов 30 минут
    pattern: rule(
      `${at}?${hourOrWord}(?:${maybeGap}(?<noun>${hourNoun})${ends}|(?=[ ]))${maybeGap}(?:и${gap})?(?<minute>\\d{1,2}|ноль${gap}ноль|${numberWords})(?:${maybeGap}(?<minutes>мин(?:ут(?:ы|у|а)?)?|м)${ends})?${half}${zone}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      if (g["noun"] === undefined && (g["side"] === undefined || /^\d/.test(g["hour"] ?? ""))) return null
      if (g["noun"] !== undefined && g["minutes"] === undefined && isOfThings(around)) return null
      if (
        g["side"] === undefined &&
        !followsDay(around) &&
        !(g["half"] !== undefined) &&
        readNumber(g["hour"] ?? "") < 8
      )
        return null
      if (g["side"] === "на" && g["noun"] !== undefined) return null
      const minute = (g["minute"] ?? "").startsWith("ноль") ? 0 : readNumber(g["minute"] ?? "")
      if (g["minutes"] === undefined && g["noun"] === undefined && minute % 5 !== 0) return null
      if (g["minutes"] === undefined && followedByMonth.test(around.text.slice(around.end, around.end + 20)))
        return null
      return clock({ hour: g["hour"] ?? "", minute, half: g["half"], zone: g["zone"] })
    },
  },
  {
    // три часа дня, час дня, семь вечера, 10 утра, 11 утра
    pattern: rule(
      `(?<hour>(?:[01]?\\d)(?!\\d)|${numberWords}|час)(?:${maybeGap}(?<noun>${hourNoun})${ends})?${mustHalf}${zone}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const isHour = g["hour"] === "час"
      // "3 дня" without more is how long it takes.
      if (g["half"] === "дня" && g["noun"] === undefined && !isHour && !followsDay(around) && !endsList(around))
        return null
      return clock({ hour: isHour ? "1" : (g["hour"] ?? ""), half: g["half"], zone: g["zone"] })
    },
  },
  {
    // 17ч, завтра 15 часов
    pattern: rule(`${hourOrWord}${maybeGap}${hourNoun}${zone}`),
    read: (match, around) => {
      const said = match.groups?.["hour"] ?? ""
      if (!around.alone() && !followsDay(around) && match.groups?.["zone"] === undefined && !endsList(around))
        return null
      return around.alone() && readNumber(said) < 8 ? null : clock({ hour: said, zone: match.groups?.["zone"] })
    },
  },
  {
    // завтра 15
    pattern: rule(`(?<hour>[01]?\\d|2[0-3])${suffixKk}`),
    read: (match, around) => {
      const said = match.groups?.["hour"] ?? ""
      if (endsList(around) && endsPhrase(around) && !isOfThings(around)) return clock({ hour: said })
      const day = around.before
      if (day === undefined || isOfThings(around)) return null
      if (day.kind === "daypart") return clock({ hour: said })
      return (day.kind === "relative day" || day.kind === "weekday") && endsPhrase(around)
        ? clock({ hour: said })
        : null
    },
  },
  {
    // в час, к часу, после часа, час обед
    pattern: rule(
      `(?:(?<side>в|к|до|после|около|на)${gap}час(?:у|а)?|час)(?<half>${gap}(?:дня|ночи|обед(?:а)?))?${zone}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const which = g["half"]?.trim()
      if (which === undefined) {
        if (g["side"] === undefined) return null
        const earlier = around.text.slice(Math.max(0, around.index - 12), around.index)
        if (
          /(?:раз|раза|тг|тенге|руб|км|₸|\d) *$/.test(earlier) ||
          /^ (?:пик|икс|х)(?!\p{L})/u.test(around.text.slice(around.end, around.end + 5))
        )
          return null
        if (g["side"] === "на" || g["side"] === "около") return null
        if (!endsPhrase(around) && !around.hasDay) return null
      }
      return clock({ hour: "1", half: which === "ночи" ? "ночи" : "дня", zone: g["zone"] })
    },
  },
  {
    // без пятнадцати три, без четверти 5
    pattern: rule(
      `(?:в${gap})?без${gap}(?<minute>четверти|\\d{1,2}|${numberWords})(?:${gap}мин(?:ут(?:ы)?)?)?${gap}(?<hour>\\d{1,2}|${numberWords}|час)(?:${gap}${hourNoun}${ends})?${half}`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      const minutes = g["minute"] === "четверти" ? 15 : readNumber(g["minute"] ?? "")
      const named = g["hour"] === "час" ? 1 : readNumber(g["hour"] ?? "")
      if (!(minutes >= 1 && minutes <= 30)) return null
      return named > 12
        ? clock({ hour: String(named - 1), minute: 60 - minutes })
        : before(named, 60 - minutes, g["half"])
    },
  },
  {
    // в половине третьего, пол десятого, полтретьего, пол-пятого
    pattern: rule(`(?:${sides}${gap})?(?:половин(?:а|е|у|ы|ой)${gap}|пол[ -]{0,2})(?<hour>${ordinalHour})${half}`),
    read: (match) => before(readOrdinal(match.groups?.["hour"] ?? ""), 30, match.groups?.["half"]),
  },
  {
    // четверть пятого, десять минут четвертого
    pattern: rule(
      `(?:в${gap})?(?<minute>четверть|(?:\\d{1,2}|${numberWords})${gap}минут(?:ы|у)?)${gap}(?<hour>${ordinalHour})${half}`,
    ),
    read: (match) => {
      const said = match.groups?.["minute"] ?? ""
      const minute = said === "четверть" ? 15 : readNumber(said.replace(/ +минут.*$/, ""))
      return minute >= 1 && minute < 60
        ? before(readOrdinal(match.groups?.["hour"] ?? ""), minute, match.groups?.["half"])
        : null
    },
  },
  {
    // в третьем часу
    pattern: rule(
      `в${gap}(?<hour>(?:перв|втор|треть|четверт|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат)(?:ом|ем))${gap}часу${half}`,
    ),
    read: (match) => before(readOrdinal(match.groups?.["hour"] ?? ""), 0, match.groups?.["half"]),
  },
  {
    // с 14 до 16, между 2 и 3 часами дня, с двух до трех
    pattern: rule(
      `(?<side>с|со|от|между)${gap}${hourOrWord}(?:${gap}(?<noun>${hourNoun})${ends})?${maybeGap}(?:до|по|и|-)${maybeGap}(?<to>(?:[01]?\\d|2[0-4])(?![\\d.:])|${numberWords})(?:${gap}(?<unit>час(?:ов|а|ами)?|ч)${ends})?${half}`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const isTold = g["noun"] !== undefined || g["unit"] !== undefined || g["half"] !== undefined
      if (isOpeningHours(around)) return []
      if (isOfThings(around) || /^ (?:числ|го)/.test(around.text.slice(around.end, around.end + 6))) return null
      if (g["side"] === "от" && !isTold && !around.hasDay) return null
      const [from, to] = [readNumber(g["hour"] ?? ""), readNumber(g["to"] ?? "")]
      // "с 10 до 2": to the afternoon. "с 11 до 3 дня": the half is the end's, not the start's.
      const shared = from < to || from === 12 ? g["half"] : undefined
      return clock({ hour: g["hour"] ?? "", half: shared })
    },
  },
  {
    // сағат 15:00-де, сағат үште, сағат 3 жарымда, кешкі сағат 7-де, кешкі 7-де
    pattern: rule(
      `(?:(?<part>кешки|тангы|танертенги|туски|тунги)${gap})?(?<word>сагат)?${maybeGap}(?<hour>(?:[01]?\\d|2[0-3])(?!\\d)|${numberWordsKk}(?=д|т|${ends}))(?:[:.](?<minute>[0-5]\\d)(?!\\d))?${suffixKk}(?<rest>${gap}жарым(?:да|га)?${ends})?`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      if (g["word"] === undefined && g["part"] === undefined) return null
      const parts: Record<string, Half> = {
        кешки: "вечера",
        тангы: "утра",
        танертенги: "утра",
        туски: "дня",
        тунги: "ночи",
      }
      const minute = g["minute"] ?? (g["rest"] === undefined ? undefined : "30")
      return clock({ hour: g["hour"] ?? "", minute, half: g["part"] === undefined ? undefined : parts[g["part"]] })
    },
  },
  {
    // ертең 10-да, 15-те
    pattern: rule(`${hour}-(?:де|да|те|та)`),
    read: (match) => clock({ hour: match.groups?.["hour"] ?? "" }),
  },
  {
    pattern: rule(`(?:(?:в|к|до|после|около)${gap})?(?:полдень|полудню|полудня)`),
    read: () => clock({ hour: "12", minute: 0 }),
  },
  { pattern: rule(`(?:(?:в|к|до|около)${gap})?(?:полночь|полуночи)`), read: () => clock({ hour: "24", minute: 0 }) },
]

/** After another clock time: "в 11, 12 или 15". */
const endsList = (around: Around): boolean => around.before?.kind === "clock"

// --- parts of the day ---

const daypart = (source: string, name: DaypartName): Rule => ({
  pattern: rule(source),
  read: (match, around) => {
    const greeting = /(?:добр|хорош|приятн|прекрасн|отличн|удачн|спокойн|всем|прошл|минувш|вчерашн)\p{L}{0,4} {0,3}$/u
    if (greeting.test(around.text.slice(Math.max(0, around.index - 16), around.index))) return null
    return /^(?:утро|вечер|ночь|обед)$/.test(match[0]) && !followsDay(around) && !around.alone()
      ? null
      : { kind: "daypart", name }
  },
})

const daypartRules: ReadonlyArray<Rule> = [
  daypart(
    `(?:(?:рано|поздно|ранним|завтрашним)${gap})?(?:утром|утречком|с${gap}(?:самого${gap})?утра|поутру|по${gap}утру|утро)|(?:на|к|под)${gap}утр(?:о|у)|в${gap}первой${gap}половине(?:${gap}дня)?|тан(?:ертен|да|мен)`,
    "morning",
  ),
  daypart(`(?:до|перед)${gap}обед(?:а|ом)|туске${gap}дейин`, "before lunch"),
  daypart(
    `(?:в|к)${gap}обед(?:у|е)?|на${gap}обед(?:е)?|в${gap}обеденн\\p{L}{2,3}${gap}(?:время|перерыв)|обед|туст[е]`,
    "noon",
  ),
  daypart(
    `(?:сразу${gap}|ближе${gap}к${gap})?(?:после${gap}обеда|пообеда)|во${gap}второй${gap}половине(?:${gap}дня)?|тустен${gap}(?:кейин|сон)|после${gap}ланча`,
    "after lunch",
  ),
  daypart(`днем|среди${gap}дня|кундиз`, "day"),
  daypart(
    `(?:поздно${gap}|поздним${gap})?(?:вечером|вечерком|вечер)|(?:на|к|под|ближе${gap}к)${gap}вечер(?:у)?|ближе${gap}к${gap}вечеру|после${gap}работы|(?:в|к|до)${gap}кон(?:це|цу|ца)${gap}(?:рабочего${gap})?дня|кеш(?:ке|кисин|кирек|кутурим)`,
    "evening",
  ),
  daypart("(?:этой |сегодняшней )?ночью|в ночь|тунде", "night"),
]

// --- days ---

const date = (day: number, month?: number, year?: number): Said | null => {
  const longest = month === 2 ? 29 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  if (!(day >= 1 && day <= longest) || (month !== undefined && !(month >= 1 && month <= 12))) return null
  if (year !== undefined && (year < 1900 || year > 2199)) return null
  return { kind: "date", day, ...(month === undefined ? {} : { month }), ...(year === undefined ? {} : { year }) }
}
const fullYear = (said: string | undefined): number | undefined =>
  said === undefined ? undefined : said.length === 4 ? Number(said) : Number(said) + (Number(said) > 50 ? 1900 : 2000)

const dayNumber = `\\d{1,2}(?!\\d)(?:${maybeGap}?-?(?:го|ого|ое|е|му|ому|ши|и|шы)(?!\\p{L}))?`
const yearTail = `(?:[ ,.]{1,3}(?<year>(?:19|20|21)\\d\\d(?![\\d:])|(?:3[2-9]|[4-9]\\d)(?![\\d:.])|\\d\\d(?=${maybeGap}г(?:\\.|од|${ends})))(?:${maybeGap}г(?:ода|оду|од)?(?!\\p{L})\\.?)?)?`
const dayList = `(?<from>${dayNumber}|${ordinal})`
const monthAfter = `(?:${maybeGap}[/.-]?${maybeGap})(?<month>${monthName})(?!\\p{L})\\.?`

const readDay = (said: string): number => (/^\d/.test(said) ? Number.parseInt(said, 10) : readOrdinal(said))
const list = (...parts: ReadonlyArray<Said | null>): ReadonlyArray<Said> | null => {
  const real = parts.filter((part) => part !== null)
  return real.length === 0 ? null : real
}

const dateRules: ReadonlyArray<Rule> = [
  {
    // 25 ноября, двадцать пятого ноября, 10/августа 2012, 1-го декабря 2026 г.
    pattern: rule(`${dayList}${monthAfter}${yearTail}`),
    read: (match, around) => {
      const g = match.groups ?? {}
      // "10 августа 234 г. до н. э."
      if (/^ \d{1,4} (?:г\.? )?(?:до )?н\. ?э/.test(around.text.slice(around.end, around.end + 16))) return []
      return date(readDay(g["from"] ?? ""), readMonth(g["month"] ?? ""), fullYear(g["year"]))
    },
  },
  {
    // 10 - 22 августа 2012, с 10 по 22 августа, 24 и 25 ноября
    pattern: rule(
      `(?:с${gap})?${dayList}${maybeGap}(?<mark>-|по|до|и|или|либо|,)${maybeGap}(?<to>${dayNumber}|${ordinal})${monthAfter}${yearTail}`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      const [month, year] = [readMonth(g["month"] ?? ""), fullYear(g["year"])]
      const first = date(readDay(g["from"] ?? ""), month, year)
      const isRange = /^(?:-|по|до)$/.test(g["mark"] ?? "")
      return isRange ? first : list(first, date(readDay(g["to"] ?? ""), month, year))
    },
  },
  {
    // 10 августа - 12 сентября 2013: the year is of both
    pattern: rule(
      `(?:с${gap})?${dayList}${monthAfter}${maybeGap}(?:-|по|до)${maybeGap}(?:${dayNumber}|${ordinal})(?:${maybeGap})${monthName}${yearTail}`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      return date(readDay(g["from"] ?? ""), readMonth(g["month"] ?? ""), fullYear(g["year"]))
    },
  },
  {
    // 25.11, 25/11, 25.11.2026, 25-11-2026, 25.11.26
    pattern: rule(
      `(?<day>\\d{1,2})(?<mark>[./-])(?<month>\\d{1,2})(?!\\d)(?:\\k<mark>(?<year>\\d{4}|\\d{2})(?!\\d)(?:${maybeGap}г(?:ода|оду)?(?!\\p{L})\\.?)?)?(?![.:/]\\d)`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const [month, year] = [g["month"] ?? "", g["year"]]
      if (year === undefined) {
        if (g["mark"] === "-" || month.length < 2 || isPrice(around) || isOfThings(around)) return null
        // "25 ноября 14.10", "завтра 11.10": the day is known already.
        if (g["mark"] === "." && around.before?.kind === "date") return null
        if (g["mark"] === "." && around.before?.kind === "relative day" && /^(?:05|10)$/.test(month)) return null
      }
      if (/\d[.,/-]$/.test(around.text.slice(Math.max(0, around.index - 2), around.index))) return null
      return date(Number(g["day"]), Number(month), fullYear(year))
    },
  },
  {
    // 2026-11-25, 2026.11.25, 2026-11-25T15:00
    pattern: rule(
      `(?<year>(?:19|20|21)\\d\\d)(?<mark>[-./])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})(?!\\d)(?:t(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d)(?::(?<second>[0-5]\\d)(?:\\.\\d{1,9})?)?(?<zone>z|[+-]\\d\\d(?::?\\d\\d)?)?)?`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      const day = date(Number(g["day"]), Number(g["month"]), Number(g["year"]))
      if (day === null || g["hour"] === undefined) return day
      const offset =
        g["zone"] === undefined || g["zone"] === "z" ? g["zone"] : g["zone"].replace(/^(.\d\d):?(\d\d)?$/, "$1:00")
      const time: Said = {
        kind: "clock",
        hour: Number(g["hour"]),
        minute: Number(g["minute"]),
        second: Number(g["second"] ?? 0),
        exact: true,
        fixed: true,
        zone: offset === "z" ? "UTC" : offset,
      }
      return [day, time]
    },
  },
  {
    // 25 числа, 25-го, двадцать пятого, пятого числа следующего месяца
    pattern: rule(
      `(?<day>\\d{1,2}(?!\\d)(?<go>-?(?:го|ого|е|ое|му))?(?!\\p{L})|${ordinal})(?<word>${maybeGap}числ(?:а|о|у|е))?(?<next>${gap}следующего${gap}месяца)?`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const said = g["day"] ?? ""
      const isTold = g["word"] !== undefined || g["next"] !== undefined
      const isDigits = /^\d/.test(said)
      if (!isTold && isDigits && g["go"] === undefined) return null
      // "первого", "пятого" alone may count anything: a time must follow, or the phrase end.
      if (
        !isTold &&
        !isDigits &&
        !/^ {0,3}(?:$|[\n,.;!?)]|(?:в|на|к) {1,3}\d|(?:в|во|после|до|с) |утром|днем|вечером|или )/.test(
          around.text.slice(around.end, around.end + 10),
        )
      )
        return null
      if (
        !isTold &&
        !isDigits &&
        !said.includes(" ") &&
        !/(?:^|[ ,])(?:на|к|с|до|или) $/.test(around.text.slice(Math.max(0, around.index - 6), around.index))
      )
        return null
      const day = date(readDay(said))
      return g["next"] === undefined || day === null ? day : list({ kind: "period", unit: "month", ahead: 1 }, day)
    },
  },
  {
    // қарашаның 25-і, 2026 жылғы 25 қараша
    pattern: rule(
      `(?<month>кантар|акпан|наурыз|сауир|мамыр|маусым|шилде|тамыз|кыркуйек|казан|караша|желтоксан)(?:нын|нин|дин|дын|тын|тин)${gap}(?<day>\\d{1,2})(?:-?(?:и|си|ы|сы|ине|сине|ына|сына|инде|синде|ында|сында))?`,
    ),
    read: (match) => date(Number(match.groups?.["day"]), readMonth(match.groups?.["month"] ?? "")),
  },
  {
    pattern: rule(`(?<year>20\\d\\d)${gap}жылгы${gap}(?<day>\\d{1,2})[ -]{1,3}(?<month>${monthName})`),
    read: (match) =>
      date(Number(match.groups?.["day"]), readMonth(match.groups?.["month"] ?? ""), Number(match.groups?.["year"])),
  },
  {
    // в декабре, в янв, авг 96, декабрь 2026, в начале декабря, до конца ноября, в следующем октябре
    pattern: rule(
      `(?:(?<side>в|во|на|к|с|до|после|за|через)${gap})?(?:(?<edge>начал|середин|конц|конец)\\p{L}{0,2}${gap})?(?:(?<next>следующ\\p{L}{2,3}|эт\\p{L}{1,3})${gap})?(?<month>${monthName})(?!\\p{L})\\.?${yearTail}(?:${gap}месяц(?:е|а)?)?`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const name = g["month"] ?? ""
      const isTold = g["edge"] !== undefined || g["year"] !== undefined || g["next"] !== undefined
      // "мая", "марта" need a number; "май", "в мае", "в янв" stand alone.
      if (
        !isTold &&
        !around.alone() &&
        (!/^(?:в|во|на|к|с|до)$/.test(g["side"] ?? "") || /(?:а|я)$/.test(name)) &&
        !/(?:да|де|та|те)$/.test(name)
      )
        return null
      if (!isTold && /^(?:мар|сен|дек|ноя)$/.test(name) && g["side"] === undefined && !around.alone()) return null
      const edge = edgeOf(g["edge"])
      const year = fullYear(g["year"])
      return {
        kind: "month",
        month: readMonth(name),
        ...(year === undefined ? {} : { year }),
        ...(g["next"]?.startsWith("след") ? { ahead: 1 } : {}),
        ...(edge === undefined ? {} : { edge }),
      }
    },
  },
  {
    pattern: rule(`(?:эт\\p{L}{1,2}${gap}|следующ\\p{L}{1,2}${gap})?(?<season>летом|осенью|зимой|весной)`),
    read: (match) => ({
      kind: "month",
      month: seasonMonths[(match.groups?.["season"] ?? "").replace(/(?:ом|ью|ой)$/, "")] ?? 6,
    }),
  },
  {
    pattern: rule(
      `(?:(?:в|к|с|до)${gap})?(?<year>(?:19|20|21)\\d\\d)${maybeGap}(?:-?м${gap})?(?:год(?:у|а)?|г\\.?|жылы)`,
    ),
    read: (match) => ({ kind: "year", year: Number(match.groups?.["year"]) }),
  },
  {
    pattern: rule("(?<day>(?:после ?)*после ?завтра|послезавтро|послезавтрашн\\p{L}{2,3}|бурсигуни|бурсугуни)"),
    read: (match) => ({ kind: "relative day", days: Math.max(2, (match[0].match(/после/g)?.length ?? 1) + 1) }),
  },
  {
    pattern: rule("завтра|завтро|завтрашн\\p{L}{2,3}(?: день| дня| дню)?|ертен(?:ги|ге|нен)?"),
    read: () => ({ kind: "relative day", days: 1 }),
  },
  {
    pattern: rule("сегодня|седня|севодня|сегодняшн\\p{L}{2,3}(?: день| дня| дню)?|бугин(?:ги|ге)?|бугун"),
    read: () => ({ kind: "relative day", days: 0 }),
  },
  { pattern: rule("вчера|вчерашн\\p{L}{2,3}|кеше"), read: () => ({ kind: "relative day", days: -1 }) },
  { pattern: rule("позавчера|позавчерашн\\p{L}{2,3}|алдынгы куни"), read: () => ({ kind: "relative day", days: -2 }) },
  { pattern: rule("(?:прямо |прям )?(?:сейчас|щас|немедленно)|казир"), read: () => ({ kind: "now" }) },
  {
    // во вторник, в следующую среду, прошлая пятница, келесі дүйсенбі
    pattern: rule(
      `(?:(?<which>следующ\\p{L}{2,3}|след|будущ\\p{L}{2,3}|ближайш\\p{L}{2,3}|эт(?:от|а|у|о|ой|ом)|прошл\\p{L}{2,3}|прошедш\\p{L}{2,3}|предыдущ\\p{L}{2,3}|последн\\p{L}{2,3}|каждый|каждую|каждое|келеси|осы|откен)\\.?${gap})?(?<name>${weekdayName})(?:${gap}куни)?`,
    ),
    read: (match, around) => {
      const g = match.groups ?? {}
      const name = g["name"] ?? ""
      if (/^(?:вт|ср)$/.test(name) && /\d ?$/.test(around.text.slice(Math.max(0, around.index - 2), around.index)))
        return null
      return { kind: "weekday", weekday: readWeekday(name), which: whichOf(g["which"]) }
    },
  },
  {
    pattern: rule(
      `(?:на|в|к|до|с|после)${gap}(?:(?<which>следующ\\p{L}{2,3}|эт(?:их|и|ими)|прошл\\p{L}{2,3}|ближайш\\p{L}{2,3})${gap})?(?:выходн(?:ых|ые|ым|ой)|уик-?энд\\p{L}{0,2})`,
    ),
    read: (match, around) =>
      /^ (?:день|дни|дней)/.test(around.text.slice(around.end, around.end + 6)) && match.groups?.["which"] === undefined
        ? null
        : { kind: "weekday", weekday: 6, which: whichOf(match.groups?.["which"]) },
  },
  {
    // на следующей неделе, в начале следующего месяца, в следующем году, на той неделе, келесі аптада
    pattern: rule(
      `(?:(?:в|во|на|к|с|до|за)${gap})?(?:(?<edge>начал|середин|конц|конец)\\p{L}{0,2}${gap})?(?:(?<which>следующ\\p{L}{2,3}|след|будущ\\p{L}{2,3}|ближайш\\p{L}{2,3}|эт(?:у|о|ой|ом|от|ого)|текущ\\p{L}{2,3}|той|ту|прошл\\p{L}{2,3}|прошедш\\p{L}{2,3}|келеси|осы|откен)\\.?${gap})?(?<unit>недел(?:е|ю|и|я|ьке)|нед|месяц(?:е|а|у)?|квартал(?:е|а|у)?|год(?:у|а)?|апта(?:да|сы)?|ай(?:да)?|жылы?)`,
    ),
    read: (match) => {
      const g = match.groups ?? {}
      const edge = edgeOf(g["edge"])
      const isThisWeek = /^на +неделе$/.test(match[0])
      if (g["which"] === undefined && edge === undefined && !isThisWeek) return null
      if (g["which"] === undefined && /^(?:апта|ай|жыл)/.test(g["unit"] ?? "")) return null
      const which = whichOf(g["which"])
      const ahead = which === "last" ? -1 : which === "next" || /^(?:той|ту|ближ)/.test(g["which"] ?? "") ? 1 : 0
      return { kind: "period", unit: unitOf(g["unit"] ?? ""), ahead, ...(edge === undefined ? {} : { edge }) }
    },
  },
]

const edgeOf = (said: string | undefined): Edge | undefined =>
  said === undefined ? undefined : said === "начал" ? "start" : said === "середин" ? "middle" : "end"

const whichOf = (said: string | undefined): Which => {
  if (said === undefined || /^(?:ближ|кажд)/.test(said)) return "upcoming"
  if (/^(?:след|будущ|келеси)/.test(said)) return "next"
  if (/^(?:прош|пред|послед|откен)/.test(said)) return "last"
  return "this"
}

const unitOf = (said: string): Unit =>
  /^(?:нед|апта)/.test(said) ? "week" : /^(?:мес|ай)/.test(said) ? "month" : said.startsWith("кв") ? "quarter" : "year"

// --- from now on ---

const some = `\\d{1,4}(?:[.,]\\d)?(?!\\d)(?:-ти|-х)?|пар(?:у|а|ы|очку)|пару-тройку|несколько|пол(?:тор(?:а|ы))|пол|одну-две|один-два|два-три|две-три|три-четыре|${numberWords}`
const lengthSaid = `(?:(?:${some})(?:-(?:\\d{1,4}|${numberWords}))?(?:${gap}с${gap}половиной)?${maybeGap})?(?:полчаса|полчасика|получаса|полгода|полдня|четверть${gap}часа|${lengthUnit})(?!\\p{L})`
const oneLength = new RegExp(
  `(?:(?<count>${some})(?:-(?:\\d{1,4}|${numberWords}))?(?<half>${gap}с${gap}половиной)?${maybeGap})?(?<unit>полчасика|полчаса|получаса|полгода|полдня|четверть${gap}часа|${lengthUnit})(?!\\p{L})`,
  "gu",
)
const lengths = `${lengthSaid}(?:${gap}(?:и${gap})?${lengthSaid}){0,3}`

const countOf = (said: string | undefined): number => {
  if (said === undefined) return 1
  if (/^\d/.test(said)) return Number.parseFloat(said.replace(",", "."))
  if (said.startsWith("пар")) return 2
  if (said === "несколько") return 3
  if (said.startsWith("полтор")) return 1.5
  if (said === "пол") return 0.5
  return readNumber(said.split("-")[0] ?? "")
}

const shift = (said: string, sign: number): Said | null => {
  let [months, days, ms] = [0, 0, 0]
  for (const match of said.matchAll(oneLength)) {
    const g = match.groups ?? {}
    const unit = g["unit"] ?? ""
    const count = countOf(g["count"]) + (g["half"] === undefined ? 0 : 0.5)
    const length =
      unit === "полгода"
        ? readLength(6, "мес")
        : unit === "полдня"
          ? readLength(12, "час")
          : /^(?:полчас|получас)/.test(unit)
            ? readLength(30, "мин")
            : unit.startsWith("четверть")
              ? readLength(15, "мин")
              : readLength(count, unit)
    months += length.months
    days += length.days
    ms += length.ms
  }
  if (!Number.isFinite(months + days + ms) || months > 1200 || days > 36_500 || ms > 36_500 * 86_400_000) return null
  return { kind: "shift", months: sign * months, days: sign * days, ms: sign * ms }
}

/** Terms of a sale ("гарантия в течение года", "за месяц") are no appointments. */
const termWords = /гарант|аренд|подписк|оплат|стои|тариф|цен|тенге|тг|₸|возврат|рассрочк|действ/u

const shiftRules: ReadonlyArray<Rule> = [
  {
    // через 2 часа 30 минут, спустя 2 дня, через час-полтора
    pattern: rule(
      `(?:через|чрез|спустя)${gap}(?:где-то${gap}|примерно${gap}|ровно${gap}|буквально${gap})?(?<length>${lengths})(?:-(?:полтора|полторы|два|две|другой|другую|другого))?`,
    ),
    read: (match) => shift(match.groups?.["length"] ?? "", 1),
  },
  {
    // часа через два, минут через 20
    pattern: rule(
      `(?<unit>минут(?:ки|ок|очек)?|час(?:а|ов|ика|иков)|дн(?:я|ей)|недел(?:и|ь)|месяц(?:а|ев))${gap}через${gap}(?<count>${some})`,
    ),
    read: (match) => shift(`${match.groups?.["count"]} ${match.groups?.["unit"]}`, 1),
  },
  {
    pattern: rule(`(?<length>${lengths})${gap}спустя`),
    read: (match) => shift(match.groups?.["length"] ?? "", 1),
  },
  {
    pattern: rule(`\\+${maybeGap}(?<length>\\d{1,4}${maybeGap}(?:${lengthUnit}))`),
    read: (match) => shift(match.groups?.["length"] ?? "", 1),
  },
  {
    // в течение 2 часов, за 10 дней
    pattern: rule(
      `(?:в${gap}течени[еи]|на${gap}протяжении|(?<za>за))${gap}(?:ближайш\\p{L}{2,3}${gap}|следующ\\p{L}{2,3}${gap})?(?<length>${lengths})`,
    ),
    read: (match, around) => {
      if (match.groups?.["za"] !== undefined) {
        const earlier = around.text.slice(Math.max(0, around.index - 20), around.index)
        if (!around.alone() && !/(?:сдела|успе|управ|законч|уложи)\p{L}* {0,3}$/u.test(earlier)) return null
        if (/^ {1,3}до(?!\p{L})/u.test(around.text.slice(around.end, around.end + 7))) return null
      }
      if (termWords.test(around.sentence()) || /^(?:дня|дней|день)$/.test(match.groups?.["length"] ?? "")) return null
      return shift(match.groups?.["length"] ?? "", 1)
    },
  },
  {
    // следующие 2 недели, прошлые 2 недели
    pattern: rule(
      `(?:(?:в|за|на)${gap})?(?<which>следующ|ближайш|прошл|последн|прошедш|предыдущ)(?:ие|ые|их|ых)${gap}(?<length>${lengths})`,
    ),
    read: (match) => {
      const said = match.groups?.["length"] ?? ""
      // "в ближайшие дни" tells no number of them.
      if (!said.includes(" ") && !/^\d/.test(said)) return null
      return shift(said, /^(?:след|ближ)/.test(match.groups?.["which"] ?? "") ? 1 : -1)
    },
  },
  {
    pattern: rule(`(?<length>${lengths})${gap}(?:тому${gap})?назад`),
    read: (match) => shift(match.groups?.["length"] ?? "", -1),
  },
  {
    // екі сағаттан кейін, жарты сағаттан соң
    pattern: rule(
      `(?:(?<count>\\d{1,4}|жарты|бирнеше|${numberWordsKk})${gap})?(?<unit>${lengthUnitKk})(?:тан|тен|нан|нен|дан|ден)${gap}(?:кейин|сон)`,
    ),
    read: (match) => {
      const said = match.groups?.["count"]
      const count = said === undefined ? 1 : said === "жарты" ? 0.5 : said === "бирнеше" ? 3 : readNumber(said)
      const length = readLength(count, match.groups?.["unit"] ?? "")
      return { kind: "shift", ...length }
    },
  },
]

/** "Пн–Пт с 10:00 до 18:00": opening hours, no moment. */
const weekHours: Rule = {
  pattern: rule(
    `(?:с${gap})?${weekdayName}\\.?${maybeGap}(?:-|по)${maybeGap}${weekdayName}\\.?[,:]?${maybeGap}(?:с${gap})?\\d{1,2}(?:[:.]\\d\\d)?${maybeGap}(?:-|до)${maybeGap}\\d{1,2}(?:[:.]\\d\\d)?`,
  ),
  read: () => [],
}

const rules: ReadonlyArray<Rule> = [weekHours, ...shiftRules, ...dateRules, ...clockRules, ...daypartRules]

/** Phone numbers, prices and ids: read over as a whole, so that no part of them is a time. */
const noTime =
  /(?:\+7|[78])?[ ]?[(]?\d{3}[)]?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}(?!\d)|\+?\d{5,}|24\/7|\d{1,3}(?:[ ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?[ ]?(?:%|₸|\$|€|₽)|[№#][ ]?\d+/uy

/** The longest reading at `index`, or how far to skip what cannot be a time. */
export const readAt = (
  around: Omit<Around, "end" | "alone"> & { readonly isAlone: (end: number) => boolean },
): { readonly said: ReadonlyArray<Said>; readonly end: number } | null => {
  const { text, index } = around
  noTime.lastIndex = index
  const skipped = noTime.exec(text)
  let best: { said: ReadonlyArray<Said>; end: number } | null =
    skipped === null ? null : { said: [], end: index + skipped[0].length }
  for (const { pattern, read } of rules) {
    pattern.lastIndex = index
    const match = pattern.exec(text)
    if (match === null || match[0].length === 0) continue
    const end = index + match[0].length
    if (best !== null && end <= best.end) continue
    const said = read(match, { ...around, end, alone: () => around.isAlone(end) })
    if (said === null) continue
    best = { said: Array.isArray(said) ? said : [said as Said], end }
  }
  return best
}
