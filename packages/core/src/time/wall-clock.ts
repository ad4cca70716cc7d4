/**
 * The wall clock of a zone, both ways. A wall time that a clock change skips moves forward by the gap; one that it
 * repeats means the earlier instant (Temporal's "compatible").
 */
import { Temporal } from "@js-temporal/polyfill"
import type { Instant } from "./instant.ts"
import { minuteMs } from "./instant.ts"

export interface WallTime {
  readonly year: number
  /** 1..12 */
  readonly month: number
  /** 1..31 */
  readonly day: number
  /** 0..23 */
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** ISO: 1 is Monday, 7 is Sunday. */
  readonly weekday: number
}

/** Zones change their offset on quarter-hour boundaries only, so the offset of a quarter hour can be kept. */
const quarterMs = 15 * minuteMs
const keptOffsetsMax = 200_000
const offsets = new Map<string, Map<number, number>>()

/** Milliseconds to add to UTC to read the wall clock of `zone` at `at`. Throws a RangeError for an unknown zone. */
export const offsetMs = (at: Instant, zone: string): number => {
  const quarter = Math.floor(at / quarterMs)
  let ofZone = offsets.get(zone)
  if (ofZone === undefined) {
    ofZone = new Map()
    offsets.set(zone, ofZone)
  }
  let offset = ofZone.get(quarter)
  if (offset === undefined) {
    if (ofZone.size >= keptOffsetsMax) ofZone.clear()
    const zoned = Temporal.Instant.fromEpochMilliseconds(quarter * quarterMs).toZonedDateTimeISO(zone)
    offset = Math.round(zoned.offsetNanoseconds / 1e6)
    ofZone.set(quarter, offset)
  }
  return offset
}

export const wallTime = (at: Instant, zone: string): WallTime => {
  const shifted = new Date(at + offsetMs(at, zone))
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay() === 0 ? 7 : shifted.getUTCDay(),
  }
}

/** The calendar day in `zone`, `YYYY-MM-DD`. */
export const localDate = (at: Instant, zone: string): string =>
  new Date(at + offsetMs(at, zone)).toISOString().slice(0, 10)

/** The instant of a wall time. `day` may run over its month (`day + 1` is tomorrow); `minute` may run over its hour. */
export const instantOf = (
  wall: {
    readonly year: number
    readonly month: number
    readonly day: number
    readonly hour: number
    readonly minute: number
    readonly second?: number
  },
  zone: string,
): Instant => {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second ?? 0)
  const before = offsetMs(asUtc - 24 * 60 * minuteMs, zone)
  const after = offsetMs(asUtc + 24 * 60 * minuteMs, zone)
  // Both sides of a change are candidates: the earlier instant that reads back as asked wins; in a gap, the later one.
  const candidates = before === after ? [asUtc - before] : [asUtc - before, asUtc - after].sort((a, b) => a - b)
  for (const at of candidates) if (at + offsetMs(at, zone) === asUtc) return at
  return asUtc - before
}

/** Midnight of the local day, or the first moment after it where a clock change skips midnight. */
export const startOfDay = (at: Instant, zone: string): Instant =>
  instantOf({ ...wallTime(at, zone), hour: 0, minute: 0, second: 0 }, zone)

/** The first moment of the next local day. */
export const startOfNextDay = (at: Instant, zone: string): Instant => {
  const wall = wallTime(at, zone)
  return instantOf({ ...wall, day: wall.day + 1, hour: 0, minute: 0, second: 0 }, zone)
}

/** `2026-11-24T15:00:00+05:00` */
export const isoWithOffset = (at: Instant, zone: string): string => {
  const offset = offsetMs(at, zone)
  const minutes = Math.abs(offset) / minuteMs
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0")
  return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`
}
