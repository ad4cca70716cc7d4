/** A day that somebody typed, as the half-open stretch of time that it is in the company's zone. */
import { instantOf, localDate } from "@wa/core/time/wall-clock"
import { Effect } from "effect"
import { WrongUsage } from "./ending.ts"

export const dayOf = (text: string, zone: string): Effect.Effect<{ from: number; to: number }, WrongUsage> =>
  Effect.suspend(() => {
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim()) ?? []
    const wall = { year: Number(year), month: Number(month), day: Number(day), hour: 0, minute: 0 }
    const from = year === undefined ? Number.NaN : instantOf(wall, zone)
    // 2026-02-30 would be another day.
    if (Number.isNaN(from) || localDate(from, zone) !== text.trim())
      return Effect.fail(new WrongUsage({ why: `«${text}» — не дата; нужно, например, 2026-11-24` }))
    return Effect.succeed({ from, to: instantOf({ ...wall, day: wall.day + 1 }, zone) })
  })
