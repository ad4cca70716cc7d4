/**
 * Whether the agent can do its work now, asked of the things themselves. The model is not asked: every question to it costs
 * money. That it refuses every call is known from the calls that were made; a conversation that cannot reach it says so in
 * its trace. A budget that is spent is counted: nobody is answered until tomorrow, and nothing else would tell.
 */
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Clock, Effect } from "effect"
import { AgentSettings } from "./agent-settings.ts"

export interface Dependency {
  /** Degraded: it works, but a person should look; not red. */
  readonly state: "up" | "degraded" | "down" | "unknown"
  readonly detail: string
}
const probeSecondsMax = 3

const database = Effect.gen(function* () {
  yield* (yield* AgentRepo).ping
}).pipe(
  Effect.timeout(`${probeSecondsMax} seconds`),
  Effect.match({
    onSuccess: (): Dependency => ({ state: "up", detail: "answers" }),
    onFailure: (error): Dependency => ({ state: "down", detail: error.message }),
  }),
)

const broker = Effect.gen(function* () {
  return yield* (yield* QueuePort).isConnected
}).pipe(
  Effect.timeoutOrElse({ duration: `${probeSecondsMax} seconds`, orElse: () => Effect.succeed(false) }),
  Effect.map(
    (is): Dependency => (is ? { state: "up", detail: "connected" } : { state: "down", detail: "not connected" }),
  ),
)

/**
 * Never red: without documents the agent still answers, with safe sentences and a person's help. That is all it can do. Nor is
 * it up while one cannot be read: what stands in that one leaves every question about it to a person.
 */
const knowledge = Effect.gen(function* () {
  const port = yield* KnowledgePort
  const documents = yield* port.documents
  const unreadable = yield* port.unreadable
  const names = unreadable.length > 0 ? `: ${unreadable.map(({ file }) => file).join(", ")}` : ""
  const detail = `${documents.length || "no"} documents${documents.length > 0 ? " read" : ""}, ${unreadable.length} unreadable${names}`
  const isWhole = documents.length > 0 && unreadable.length === 0
  return { state: isWhole ? "up" : "degraded", detail } satisfies Dependency as Dependency
}).pipe(
  Effect.timeoutOrElse({
    duration: `${probeSecondsMax} seconds`,
    orElse: () => Effect.succeed<Dependency>({ state: "unknown", detail: "the documents are still being read" }),
  }),
)

/** Null while there is something left, and while the database cannot tell, which is told of the database. */
const spentBudget = Effect.gen(function* () {
  const { dailyTokenBudget, zone } = yield* AgentSettings
  if (dailyTokenBudget === null) return null
  const spent = yield* (yield* AgentRepo).tokensSince(startOfDay(yield* Clock.currentTimeMillis, zone))
  const detail = `DAILY_TOKEN_BUDGET is used up: ${spent} of ${dailyTokenBudget} tokens; nobody is answered until tomorrow`
  return spent < dailyTokenBudget ? null : ({ state: "degraded", detail } satisfies Dependency as Dependency)
}).pipe(
  Effect.timeout(`${probeSecondsMax} seconds`),
  Effect.orElseSucceed(() => null),
)

const model = Effect.gen(function* () {
  const { denial, name } = yield* LlmPort
  const stands = yield* denial
  if (stands === null) return (yield* spentBudget) ?? ({ state: "up", detail: name } satisfies Dependency as Dependency)
  const { error, standIn } = stands
  return standIn === null
    ? ({ state: "down", detail: error.message } satisfies Dependency)
    : ({ state: "degraded", detail: `${error.message}; ${standIn} stands in` } satisfies Dependency)
})

export const checkHealth = Effect.gen(function* () {
  const dependencies = yield* Effect.all({ database, broker, knowledge, model }, { concurrency: "unbounded" })
  const isRed = Object.values(dependencies).some(({ state }) => state === "down")
  return {
    status: isRed ? ("unhealthy" as const) : ("healthy" as const),
    dependencies,
    checked_at: new Date(yield* Clock.currentTimeMillis).toISOString(),
  }
})
