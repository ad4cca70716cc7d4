/**
 * Moments as people read them, in Russian and in Kazakh. Always the wall clock of a zone, to the minute: seconds are dropped.
 * What `inWords` says, `readTime` reads back, as long as it lies ahead.
 */
import type { Instant } from "../time/instant.ts"
import type { WallTime } from "../time/wall-clock.ts"
import { wallTime } from "../time/wall-clock.ts"

const monthsOf = [
  "января",
  "февраля",
  "марта",
  "апреля",
  "мая",
  "июня",
  "июля",
  "августа",
  "сентября",
  "октября",
  "ноября",
  "декабря",
] as const
const onWeekdays = [
  "в понедельник",
  "во вторник",
  "в среду",
  "в четверг",
  "в пятницу",
  "в субботу",
  "в воскресенье",
] as const
export const monthsKk: ReadonlyArray<string> = [
  "қаңтар",
  "ақпан",
  "наурыз",
  "сәуір",
  "мамыр",
  "маусым",
  "шілде",
  "тамыз",
  "қыркүйек",
  "қазан",
  "қараша",
  "желтоқсан",
]
const weekdaysKk = ["дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"] as const

/** `во вторник, 24 ноября, в 15:00`; with the year if `now` is given and is of another one. */
export const inWords = (at: Instant, zone: string, now?: Instant): string => {
  const wall = wallTime(at, zone)
  return `${onWeekday(wall)}, ${dayAndMonth(wall, yearApart(wall, zone, now))}, в ${clock(wall)}`
}

/** `во вторник, 24 ноября` */
export const dateInWords = (at: Instant, zone: string, now?: Instant): string => {
  const wall = wallTime(at, zone)
  return `${onWeekday(wall)}, ${dayAndMonth(wall, yearApart(wall, zone, now))}`
}

/** `09:30` */
export const shortTime = (at: Instant, zone: string): string => clock(wallTime(at, zone))

/** `15 октября в 14:30` */
export const dayAndTime = (at: Instant, zone: string): string => {
  const wall = wallTime(at, zone)
  return `${dayAndMonth(wall, false)} в ${clock(wall)}`
}

/** `5 октября 2025, 14:30 (время Астаны)`: what the model is told of now. */
export const currentDateTime = (at: Instant, zone: string): string => {
  const wall = wallTime(at, zone)
  const place = zone === "Asia/Almaty" ? "время Астаны" : zone
  return `${wall.day} ${monthsOf[wall.month - 1]} ${wall.year}, ${clock(wall)} (${place})`
}

/** `сейсенбі, 24 қараша, сағат 15:00` */
export const inWordsKk = (at: Instant, zone: string, now?: Instant): string => {
  const wall = wallTime(at, zone)
  const year = yearApart(wall, zone, now) ? `${wall.year} жылғы ` : ""
  return `${weekdaysKk[wall.weekday - 1]}, ${year}${wall.day} ${monthsKk[wall.month - 1]}, сағат ${clock(wall)}`
}

const onWeekday = (wall: WallTime): string => onWeekdays[wall.weekday - 1] ?? ""

const dayAndMonth = (wall: WallTime, withYear: boolean): string =>
  `${wall.day} ${monthsOf[wall.month - 1]}${withYear ? ` ${wall.year} года` : ""}`

const yearApart = (wall: WallTime, zone: string, now: Instant | undefined): boolean =>
  now !== undefined && wallTime(now, zone).year !== wall.year

const two = (n: number): string => String(n).padStart(2, "0")
const clock = (wall: WallTime): string => `${two(wall.hour)}:${two(wall.minute)}`
