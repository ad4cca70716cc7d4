/**
 * Reads `_chat.txt`, the text that WhatsApp writes when a chat is exported, from Android and iOS phones in Russian,
 * English or Kazakh regional settings: a real conversation becomes messages to replay.
 *
 * Promises: no message is lost, save one that reads exactly like a notice of the app; the order is the file's; times never go backwards; it never throws,
 * and what it could not make sense of stands in `problems`, in Russian, for the owner. Works in time linear in the text.
 * Does not promise the order of day and month where the file leaves it open (`readOrder` says how it is guessed), nor to
 * tell a pasted piece of another export of the same shape from the chat itself: the format escapes nothing.
 */
import { normalisePhone } from "@wa/core/contact/phone"
import type { Instant } from "@wa/core/time/instant"
import { dayMs, hourMs, minuteMs, secondMs } from "@wa/core/time/instant"
import { instantOf, offsetMs } from "@wa/core/time/wall-clock"
import type { ExportedText } from "./exported-text.ts"
import { isNotice, isNoticeBeforeColon, readExportedText, stripMarks } from "./exported-text.ts"

export interface ChatExportMessage extends ExportedText {
  readonly at: Instant
  /** As the export names them, without invisible marks and the "~ " of an unsaved contact. */
  readonly sender: string
  /** Written by the company's side. */
  readonly isMe: boolean
  /** 1-based line of the file where the message begins. */
  readonly line: number
}

export interface ChatExport {
  readonly messages: ReadonlyArray<ChatExportMessage>
  /** Notices of the app itself: encryption, groups, calls. They are counted and dropped. */
  readonly systemLines: number
  /** Who wrote how many messages, the busiest first. */
  readonly senders: ReadonlyArray<{ readonly name: string; readonly count: number }>
  /** Whether `03/04/2024` was read as the third of April. Means nothing where the year comes first. */
  readonly dayFirst: boolean
  /** `line` is 1-based; 0 speaks of the whole file, and comes first. */
  readonly problems: ReadonlyArray<Problem>
}

export interface Problem {
  readonly line: number
  readonly why: string
}

export interface ChatExportOptions {
  /** The company's name or phone as it stands in the chat, in any spelling; null if nobody is the company. */
  readonly me: string | null
  /** IANA zone of the phone that made the export. */
  readonly zone: string
}

/** Problems of single lines. More would only bury the first; the last entry then says how many more there are. */
const problemsMax = 1000

export const readChatExport = (text: string, options: ChatExportOptions): ChatExport => {
  const lines = splitLines(text)
  const problems = makeProblems()
  const stamps = lines.map(readStamp)
  const platform = usualPlatform(stamps)
  const used = stamps.filter((stamp): stamp is Stamp => stamp !== undefined && stamp.platform === platform)
  const dayFirst = readOrder(used)
  const toInstant = wallClockOf(options.zone, problems)
  const who = makeSenders(options.me)

  const messages: Array<ChatExportMessage> = []
  let systemLines = 0
  let lastAt = Number.NEGATIVE_INFINITY
  let open: Opened | undefined
  const close = () => {
    if (open?.entry._tag !== "Message") return
    const { sender, raw } = open.entry
    const known = who.named(sender)
    const content = readExportedText(open.more.length === 0 ? raw : `${raw}\n${open.more.join("\n")}`)
    messages.push({ at: open.at, sender: known.name, isMe: known.isMe, ...content, line: open.line })
    known.count += 1
  }

  for (const [index, line] of lines.entries()) {
    const stamp = stamps[index]
    if (stamp === undefined || stamp.platform !== platform) {
      if (stamp !== undefined && open !== undefined) {
        problems.add(index + 1, "строка из выгрузки с другого телефона оставлена текстом сообщения")
      }
      if (open !== undefined) open.more.push(line)
      else if (stripMarks(line).trim() !== "") {
        problems.add(index + 1, "строка до первого сообщения пропущена: в ней нет даты и времени WhatsApp")
      }
      continue
    }
    close()
    const swapped = dayFirst ? !stamp.dayFirstFits : !stamp.monthFirstFits
    if (swapped)
      problems.add(index + 1, "день и месяц стоят не в том порядке, что в остальном файле: прочитаны наоборот")
    const readAt = toInstant(stamp, dayFirst !== swapped)
    if (readAt < lastAt) problems.add(index + 1, "время раньше, чем в предыдущей строке: оставлено предыдущее")
    lastAt = Math.max(lastAt, readAt)
    const entry = readEntry(stamp, line)
    if (entry._tag === "Notice") systemLines += 1
    open = { at: lastAt, line: index + 1, entry, more: [] }
  }
  close()

  if (messages.length === 0) problems.addToFile("в файле не найдено ни одного сообщения WhatsApp")
  const senders = who.list()
  if (options.me !== null && messages.length > 0 && !messages.some((message) => message.isMe)) {
    const names = senders.slice(0, 5).map((sender) => `«${sender.name}»`)
    problems.addToFile(`отправитель «${options.me}» в чате не встретился; пишут: ${names.join(", ")}`)
  }
  return { messages, systemLines, senders, dayFirst, problems: problems.list() }
}

/** Enough to tell; an export of a thousand pages is not read for a yes. */
const sniffedChars = 64 * 1024

/** An export begins with a dated line; one that was cut or given a heading has many of them soon. */
export const looksLikeChatExport = (text: string): boolean => {
  const lines = splitLines(text.slice(0, sniffedChars)).filter((line) => stripMarks(line).trim() !== "")
  const stamped = lines.filter((line) => readStamp(line) !== undefined).length
  return (lines[0] !== undefined && readStamp(lines[0]) !== undefined) || (stamped >= 3 && stamped * 5 >= lines.length)
}

interface Opened {
  readonly at: Instant
  readonly line: number
  readonly entry: Entry
  readonly more: Array<string>
}

const splitLines = (text: string): Array<string> => {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n?|\n/)
  if (lines.at(-1) === "") lines.pop()
  return lines
}

const makeProblems = () => {
  const ofFile: Array<Problem> = []
  const ofLines: Array<Problem> = []
  let dropped = 0
  return {
    addToFile: (why: string) => ofFile.push({ line: 0, why }),
    add: (line: number, why: string) => {
      if (ofLines.length < problemsMax) ofLines.push({ line, why })
      else dropped += 1
    },
    list: (): ReadonlyArray<Problem> =>
      dropped === 0
        ? [...ofFile, ...ofLines]
        : [...ofFile, ...ofLines, { line: 0, why: `и ещё замечаний: ${dropped}` }],
  }
}
type Problems = ReturnType<typeof makeProblems>

// ---- the stamp that begins a message -------------------------------------------------------------------------------

interface Stamp {
  readonly platform: "android" | "ios"
  readonly year: number
  /** The two numbers besides the year, as written. With the year first they are month and day. */
  readonly first: number
  readonly second: number
  readonly yearFirst: boolean
  readonly dayFirstFits: boolean
  readonly monthFirstFits: boolean
  readonly separator: string
  /** Written in full, `03/04/2024`, as the US does not. */
  readonly padded: boolean
  readonly twelveHours: boolean
  readonly hour: number
  readonly minute: number
  readonly secondOfMinute: number
  /** Characters of the line before the sender, not counting invisible marks. */
  readonly length: number
}

const datePattern = String.raw`(\d{4}|\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{1,2})(?:\s?г\.?)?`
// `\s` covers the no-break and the narrow no-break space that newer phones put before PM.
const timePattern = String.raw`(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s?(?:([ap])\.?\s?m\.?|([дп])\.?\s?п\.?))?`
const androidStamp = new RegExp(String.raw`^${datePattern},?\s+(?:(?:в|at)\s+)?${timePattern}\s+[-–—]\s`, "i")
const iosStamp = new RegExp(String.raw`^\[${datePattern},?\s+(?:(?:в|at)\s+)?${timePattern}\]\s?`, "i")
/** A stamp is far shorter, marks included; the rest of a long line need not be searched. */
const stampCharsMax = 80

const readStamp = (line: string): Stamp | undefined => {
  const start = stripMarks(line.slice(0, stampCharsMax))
  const platform = start.startsWith("[") ? "ios" : "android"
  const found = (platform === "ios" ? iosStamp : androidStamp).exec(start)
  if (found === null) return undefined
  const [whole, one = "", separator = "", two = "", three = "", hours = "", minutes, seconds, latin, cyrillic] = found
  const yearFirst = one.length === 4
  if (yearFirst ? three.length > 2 : three.length !== 4 && three.length !== 2) return undefined
  const yearText = yearFirst ? one : three
  const year = yearText.length === 2 ? 2000 + Number(yearText) : Number(yearText)
  const first = Number(yearFirst ? two : one)
  const second = Number(yearFirst ? three : two)
  const dayFirstFits = yearFirst ? isDate(year, first, second) : isDate(year, second, first)
  const monthFirstFits = isDate(year, first, second)
  const half = (latin ?? cyrillic)?.toLowerCase()
  const written = Number(hours)
  // `14:05 PM` is seen where a phone's language and its clock disagree: the hour is then already of 24.
  const hour =
    half === undefined || written === 0 || written > 12 ? written : (written % 12) + (/[pп]/.test(half) ? 12 : 0)
  const minute = Number(minutes)
  const secondOfMinute = Number(seconds ?? 0)
  if (!dayFirstFits && !monthFirstFits) return undefined
  if (year < 2000 || year > 2099 || hour > 23 || minute > 59 || secondOfMinute > 59) return undefined
  return {
    platform,
    year,
    first,
    second,
    yearFirst,
    dayFirstFits,
    monthFirstFits,
    separator,
    padded: one.length === 2 && two.length === 2 && yearText.length === 4,
    twelveHours: half !== undefined,
    hour,
    minute,
    secondOfMinute,
    length: whole.length,
  }
}

const isDate = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()

/** One phone writes one format. A line of the other is a piece of a chat that somebody pasted into a message. */
const usualPlatform = (stamps: ReadonlyArray<Stamp | undefined>): Stamp["platform"] => {
  const count = { android: 0, ios: 0 }
  for (const stamp of stamps) if (stamp !== undefined) count[stamp.platform] += 1
  if (count.android === count.ios) return stamps.find((stamp) => stamp !== undefined)?.platform ?? "android"
  return count.android > count.ios ? "android" : "ios"
}

/**
 * Is the day written before the month? In this order: a number above 12 tells; else the reading in which time runs
 * backwards less often; else habit: dots and dashes are day first; AM and PM are month first, except with `03/04/2024`
 * in full, which is how India and Britain write; slashes with 24 hours are day first.
 */
const readOrder = (stamps: ReadonlyArray<Stamp>): boolean => {
  let onlyDayFirst = 0
  let onlyMonthFirst = 0
  for (const stamp of stamps) {
    if (stamp.dayFirstFits && !stamp.monthFirstFits) onlyDayFirst += 1
    if (stamp.monthFirstFits && !stamp.dayFirstFits) onlyMonthFirst += 1
  }
  if (onlyDayFirst !== onlyMonthFirst) return onlyDayFirst > onlyMonthFirst
  const backDayFirst = stepsBack(stamps, true)
  const backMonthFirst = stepsBack(stamps, false)
  if (backDayFirst !== backMonthFirst) return backDayFirst < backMonthFirst
  const habit = stamps.find((stamp) => !stamp.yearFirst)
  if (habit === undefined || habit.separator !== "/") return true
  return !habit.twelveHours || stamps.every((stamp) => stamp.padded)
}

const stepsBack = (stamps: ReadonlyArray<Stamp>, dayFirst: boolean): number => {
  let steps = 0
  let last = Number.NEGATIVE_INFINITY
  for (const stamp of stamps) {
    const at = dayOf(stamp, dayFirst) + timeOf(stamp)
    if (at < last) steps += 1
    last = at
  }
  return steps
}

const monthAndDay = (stamp: Stamp, dayFirst: boolean): readonly [month: number, day: number] =>
  dayFirst && !stamp.yearFirst ? [stamp.second, stamp.first] : [stamp.first, stamp.second]

/** Midnight of the stamp's day as if its zone were UTC. */
const dayOf = (stamp: Stamp, dayFirst: boolean): number => {
  const [month, day] = monthAndDay(stamp, dayFirst)
  return Date.UTC(stamp.year, month - 1, day)
}
const timeOf = (stamp: Stamp): number => stamp.hour * hourMs + stamp.minute * minuteMs + stamp.secondOfMinute * secondMs

/** Asking a zone for its offset is slow; on all but a few days of a year one answer serves the whole day. */
const wallClockOf = (asked: string, problems: Problems) => {
  const zone = knownZone(asked)
  if (zone !== asked) problems.addToFile(`часовой пояс «${asked}» неизвестен: время прочитано по UTC`)
  const steadyOffsets = new Map<number, number | null>()
  return (stamp: Stamp, dayFirst: boolean): Instant => {
    const day = dayOf(stamp, dayFirst)
    let offset = steadyOffsets.get(day)
    if (offset === undefined) {
      const before = offsetMs(day - dayMs, zone)
      offset = before === offsetMs(day + 2 * dayMs, zone) ? before : null
      steadyOffsets.set(day, offset)
    }
    if (offset !== null) return day + timeOf(stamp) - offset
    const [month, dayOfMonth] = monthAndDay(stamp, dayFirst)
    const { year, hour, minute, secondOfMinute } = stamp
    return instantOf({ year, month, day: dayOfMonth, hour, minute, second: secondOfMinute }, zone)
  }
}

const knownZone = (zone: string): string => {
  try {
    offsetMs(0, zone)
    return zone
  } catch {
    return "UTC"
  }
}

// ---- what stands behind the stamp ----------------------------------------------------------------------------------

type Entry = { readonly _tag: "Message"; readonly sender: string; readonly raw: string } | { readonly _tag: "Notice" }
const notice: Entry = { _tag: "Notice" }

/** The sender ends at the first ": "; a message with no text may have lost the space. */
const senderEnd = /:[\u200e\u200f\u202a-\u202e\u2066-\u2069]*(?:[ \u00a0\u202f]|$)/

const readEntry = (stamp: Stamp, line: string): Entry => {
  const rest = afterStamp(line, stamp.length)
  const end = senderEnd.exec(rest)
  if (end === null) return notice
  const sender = rest.slice(0, end.index)
  const raw = rest.slice(end.index + end[0].length)
  const isIos = stamp.platform === "ios"
  if (!isIos && (isNoticeBeforeColon(sender) || isNotice(rest, { byApp: false, impersonalToo: false }))) return notice
  // Media and deleted messages carry the mark, too, but are a person's: a file may be named "Как мы изменили цены.pdf".
  const byApp = isIos && raw.trimStart().startsWith("\u200e") && readExportedText(raw).kind === "text"
  if (isNotice(raw, { byApp, impersonalToo: isIos })) return notice
  return { _tag: "Message", sender, raw }
}

/** The line without its first `length` visible characters; the marks behind them stay, they tell the app's own words. */
const afterStamp = (line: string, length: number): string => {
  const start = line.slice(0, length)
  if (stripMarks(start) === start) return line.slice(length)
  let index = 0
  for (let seen = 0; seen < length && index < line.length; index += 1) if (stripMarks(line[index]!) !== "") seen += 1
  return line.slice(index)
}

interface Sender {
  readonly name: string
  readonly isMe: boolean
  count: number
}

const makeSenders = (me: string | null) => {
  const isMe = me === null ? () => false : isSameSender(me)
  const byRaw = new Map<string, Sender>()
  const byName = new Map<string, Sender>()
  return {
    named: (raw: string): Sender => {
      let sender = byRaw.get(raw)
      if (sender === undefined) {
        const name = senderName(raw)
        sender = byName.get(name)
        if (sender === undefined) {
          sender = { name, isMe: isMe(name), count: 0 }
          byName.set(name, sender)
        }
        byRaw.set(raw, sender)
      }
      return sender
    },
    list: () => [...byName.values()].sort((a, b) => b.count - a.count).map(({ name, count }) => ({ name, count })),
  }
}

const senderName = (raw: string): string => stripMarks(raw).replace(/\s+/g, " ").trim().replace(/^~\s*/, "")

const isSameSender = (me: string): ((name: string) => boolean) => {
  const wanted = senderName(me)
  const phone = normalisePhone(wanted)
  const loosely = (name: string) => name.normalize("NFKC").toLowerCase()
  return (name) => loosely(name) === loosely(wanted) || (phone !== null && normalisePhone(name) === phone)
}
