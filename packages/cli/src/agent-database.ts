/** The agent's database, for commands that look into it or change it beside a running agent. They never migrate it. */

import { placeOf, whyOf } from "@wa/adapters/runtime/why"
import type { AgentSettings } from "@wa/agent-app/agent-settings"
import type { AgentRepo } from "@wa/core/ports/agent-repo"
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { CannotRun, WrongUsage } from "./ending.ts"

const secondsMax = 30

export const databaseFlag = Flag.String("database-url").pipe(
  Flag.withDescription("Адрес базы агента; по умолчанию AGENT_DATABASE_URL, затем DATABASE_URL"),
  Flag.optional,
)

/** The settings as they stand, with the database that was named on the command line, if one was. */
export const settingsWith = Effect.fnUntraced(function* (databaseUrl: Option.Option<string>) {
  const { environment, readSettings } = yield* Effect.promise(() => import("@wa/adapters/settings/settings"))
  const named = Option.match(databaseUrl, { onNone: () => ({}), onSome: (url) => ({ AGENT_DATABASE_URL: url }) })
  return yield* Effect.try({
    try: () => readSettings({ ...environment(process.cwd()), ...named }),
    catch: (error) => new WrongUsage({ why: error instanceof Error ? error.message : String(error) }),
  })
})

/** Runs `effect` over the agent's database; what goes wrong there is told in one line. */
export const onAgentDatabase = Effect.fnUntraced(function* <A, E>(
  databaseUrl: Option.Option<string>,
  effect: Effect.Effect<A, E, AgentRepo | AgentSettings>,
) {
  const settings = yield* settingsWith(databaseUrl)
  const url = settings.AGENT_DATABASE_URL ?? settings.DATABASE_URL
  if (url === undefined)
    return yield* new WrongUsage({
      why: "база агента не задана: --database-url, AGENT_DATABASE_URL или DATABASE_URL; встроенную базу держит сам wa start, её показывает страница",
    })
  const { Context, Layer, Logger } = yield* Effect.promise(() => import("effect"))
  const AgentRepoSql = yield* Effect.promise(() => import("@wa/adapters/postgres/agent-repo-sql"))
  const { layerServer } = yield* Effect.promise(() => import("@wa/adapters/postgres/database"))
  const { appliedSteps, stepNames } = yield* Effect.promise(() => import("@wa/adapters/postgres/migrations"))
  const { holidaysOf, policyOf } = yield* Effect.promise(() => import("@wa/adapters/settings/settings"))
  const { AgentSettings } = yield* Effect.promise(() => import("@wa/agent-app/agent-settings"))
  const isHoliday = yield* holidaysOf(settings)
  const work = Effect.gen(function* () {
    const applied = yield* appliedSteps("agent")
    if (applied === null) return yield* new CannotRun({ why: "таблиц агента в ней нет: wa migrate agent" })
    const pending = stepNames.agent.filter((name) => !applied.includes(name))
    if (pending.length > 0)
      return yield* new CannotRun({ why: `не применены миграции ${pending.join(", ")}: wa migrate agent` })
    const repo = yield* Layer.build(AgentRepoSql.layerWith({ timezone: settings.TIMEZONE }))
    return yield* Effect.provideContext(
      effect,
      Context.add(repo, AgentSettings, {
        policy: policyOf(settings, isHoliday),
        zone: settings.TIMEZONE,
        maxContextMessages: settings.MAX_CONTEXT_MESSAGES,
        knowledgeBudgetChars: settings.KNOWLEDGE_BUDGET_CHARS,
        touchesPerDay: settings.TOUCHES_PER_DAY,
        dailyTokenBudget: settings.DAILY_TOKEN_BUDGET === 0 ? null : settings.DAILY_TOKEN_BUDGET,
      }),
    )
  })
  return yield* work.pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(layerServer({ url, maxConnections: 2 }), Logger.layer([]))),
    Effect.timeout(`${secondsMax} seconds`),
    Effect.mapError((error) => new CannotRun({ why: `база агента ${placeOf(url)}: ${whyOf(error)}` })),
  )
})
