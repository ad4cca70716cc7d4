/** `wa when`: the moment that a phrase names, at or after now. */
import { readTime } from "@wa/core/calendar/call-time"
import { inWords } from "@wa/core/calendar/time-in-words"
import { isoWithOffset, wallTime } from "@wa/core/time/wall-clock"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { WrongUsage } from "./ending.ts"
import { momentOf } from "./simulate/scenario.ts"
import { print, stdinLines } from "./terminal.ts"

const zoneDefault = "Asia/Almaty"

interface Asked {
  readonly text: string
  readonly now: number
  readonly zone: string
}

export const whenCommand = Command.make(
  "when",
  {
    text: Argument.String("text").pipe(
      Argument.withDescription("Фраза; без неё читаются строки JSON {text, now, zone}"),
      Argument.variadic(),
    ),
    now: Flag.String("now").pipe(
      Flag.withDescription("Момент отсчёта, ISO; без смещения — время пояса"),
      Flag.optional,
    ),
    zone: Flag.String("zone").pipe(Flag.withDescription("Часовой пояс IANA"), Flag.withDefault(zoneDefault)),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Объект JSON на строку"), Flag.withDefault(false)),
  },
  Effect.fn(function* ({ text, now, zone, json }) {
    yield* checkZone(zone)
    const asked: Array<Asked> = []
    if (text.length > 0) {
      const at = Option.isSome(now) ? yield* moment(now.value, zone) : Date.now()
      asked.push({ text: text.join(" "), now: at, zone })
    } else
      for (const [i, line] of (yield* stdinLines).entries()) {
        if (line.trim() === "") continue
        asked.push(yield* readLine(line, i + 1, Option.getOrUndefined(now), zone))
      }
    for (const { text, now, zone } of asked) {
      const { at, grain, why } = readTime(text, now, zone)
      const iso = at === null ? null : isoWithOffset(at, zone)
      yield* print(
        json || asked.length > 1
          ? JSON.stringify({ text, at: iso, grain, why })
          : at === null
            ? `не названо (${why})`
            : `${iso}\t${inWords(at, zone, now)}\t${grain}`,
      )
    }
  }),
).pipe(Command.withDescription("Момент, который называет русская фраза: «завтра в 15:00»"))

const checkZone = (zone: string): Effect.Effect<void, WrongUsage> =>
  Effect.try({
    try: () => void wallTime(0, zone),
    catch: () => new WrongUsage({ why: `нет такого часового пояса: ${zone}` }),
  })

/** A wall time, with seconds or a day alone, or an instant with its offset. */
const moment = (text: string, zone: string): Effect.Effect<number, WrongUsage> =>
  Effect.try({
    try: () => {
      const tidy = text.trim().replace(/\.\d+/, "")
      const at = momentOf(/^\d{4}-\d\d-\d\d$/.test(tidy) ? `${tidy}T00:00` : tidy, zone)
      if (Number.isNaN(at)) throw new RangeError(text)
      return at
    },
    catch: () =>
      new WrongUsage({ why: `«${text}» — не момент времени; нужно, например, 2026-11-24T15:00 или с +05:00` }),
  })

const readLine = Effect.fnUntraced(function* (line: string, number: number, now: string | undefined, zone: string) {
  const wrong = (why: string) => new WrongUsage({ why: `строка ${number}: ${why}` })
  const read: unknown = yield* Effect.try({ try: () => JSON.parse(line) as unknown, catch: () => wrong("это не JSON") })
  const {
    text,
    now: ownNow,
    zone: ownZone,
  } = (typeof read === "object" && read !== null ? read : {}) as Record<string, unknown>
  if (typeof text !== "string") return yield* wrong("нет поля text")
  const inZone = typeof ownZone === "string" ? ownZone : zone
  yield* checkZone(inZone)
  const from = typeof ownNow === "string" ? ownNow : now
  return { text, zone: inZone, now: from === undefined ? Date.now() : yield* moment(from, inZone) }
})
