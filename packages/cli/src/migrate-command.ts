/**
 * `wa migrate`: the tables of one program's database, or of both. The programs do the same when they start; this is for who
 * wants it done, and seen, before. Runs under the same lock, so it may run beside a starting program.
 */

import { placeOf, whyOf } from "@wa/adapters/runtime/why"
import { Effect, Option, type Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CannotRun, WrongUsage } from "./ending.ts"
import { print } from "./terminal.ts"

const programs = ["gateway", "agent"] as const
type Program = (typeof programs)[number]
const names = { gateway: "шлюз", agent: "агент" } as const
const secondsMax = 60

export const migrateCommand = Command.make(
  "migrate",
  {
    program: Argument.Literals("program", programs).pipe(
      Argument.withDescription("Чья база: gateway или agent; без неё — обе"),
      Argument.optional,
    ),
    databaseUrl: Flag.String("database-url").pipe(
      Flag.withDescription(
        "Адрес базы; по умолчанию GATEWAY_DATABASE_URL и AGENT_DATABASE_URL, для одной — и DATABASE_URL",
      ),
      Flag.optional,
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false)),
  },
  Effect.fn(function* ({ program, databaseUrl, json }) {
    const targets = yield* targetsOf(Option.getOrUndefined(program), Option.getOrUndefined(databaseUrl))
    const { layerServer } = yield* Effect.promise(() => import("@wa/adapters/postgres/database"))
    const { migrateAgent, migrateGateway } = yield* Effect.promise(() => import("@wa/adapters/postgres/migrations"))
    for (const { program, url } of targets) {
      const applied = yield* (program === "agent" ? migrateAgent() : migrateGateway()).pipe(
        Effect.provide(layerServer({ url, maxConnections: 1 })),
        Effect.timeout(`${secondsMax} seconds`),
        Effect.mapError((error) => new CannotRun({ why: `${names[program]}, база ${placeOf(url)}: ${whyOf(error)}` })),
      )
      const steps = applied.map(([number, name]) => `${String(number).padStart(4, "0")}_${name}`)
      yield* print(
        json
          ? JSON.stringify({ program, database: placeOf(url), applied: steps })
          : `${names[program]}, база ${placeOf(url)}: ${steps.length === 0 ? "все миграции уже применены" : `применено ${steps.join(", ")}`}`,
      )
    }
  }),
).pipe(Command.withDescription("Применить миграции баз данных"))

const targetsOf = Effect.fnUntraced(function* (program: Program | undefined, given: string | undefined) {
  const { environment, readSettings, WrongSettings } = yield* Effect.promise(
    () => import("@wa/adapters/settings/settings"),
  )
  if (given !== undefined && program === undefined)
    return yield* new WrongUsage({
      why: "с --database-url назовите и программу: wa migrate gateway или wa migrate agent",
    })
  const read = (env: Readonly<Record<string, string | undefined>>) =>
    Effect.try({
      try: () => readSettings(env),
      catch: (error) => (error instanceof WrongSettings ? error : new WrongUsage({ why: String(error) })),
    })
  if (given !== undefined && program !== undefined) {
    // Nothing else of the environment matters to a database that was named.
    const { DATABASE_URL: url } = yield* read({ DATABASE_URL: given })
    if (url === undefined) return yield* new WrongUsage({ why: "--database-url пуст" })
    return [{ program, url }]
  }
  const settings = yield* read(environment(process.cwd()))
  const wanted = program === undefined ? programs : [program]
  const targets = wanted.flatMap((program) => {
    const own = program === "agent" ? settings.AGENT_DATABASE_URL : settings.GATEWAY_DATABASE_URL
    const url = own ?? (wanted.length === 1 ? settings.DATABASE_URL : undefined)
    return url === undefined ? [] : [{ program, url }]
  })
  if (targets.length < wanted.length)
    return yield* new WrongUsage({
      why:
        program === undefined && settings.DATABASE_URL !== undefined
          ? "DATABASE_URL — база одной программы: назовите её, wa migrate gateway или wa migrate agent"
          : "адрес базы не задан: --database-url или GATEWAY_DATABASE_URL и AGENT_DATABASE_URL; встроенная база обновляется сама при wa start",
    })
  return targets satisfies ReadonlyArray<{ readonly program: Program; readonly url: Redacted.Redacted }>
})
