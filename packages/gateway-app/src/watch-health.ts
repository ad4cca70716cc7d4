/**
 * Looks at the health of the gateway by itself, so that logs and metrics tell what is wrong although nobody asks. A change is
 * told once, and only when it was seen twice in a row: what heals by itself within a minute is no news.
 */
import { secondMs } from "@wa/core/time/instant"
import { Effect, Metric } from "effect"
import type { Dependency, GatewayHealth } from "./health.ts"

/** Between two looks. */
export const watchMs = 30 * secondMs

export const isUp = (dependency: string) =>
  Metric.gauge("wa_gateway_dependency_up", {
    description: "0 while /health says down; what is degraded still works, and what is not known is as before",
    attributes: { dependency },
  })

export const watchHealth = ({ check }: GatewayHealth) => {
  const seen = new Map<string, Dependency["state"]>()
  const told = new Map<string, Dependency["state"]>()
  const look = Effect.fnUntraced(function* (name: string, { state, detail }: Dependency) {
    if (state === "unknown") return
    yield* Metric.update(isUp(name), state === "down" ? 0 : 1)
    const isSeenTwice = seen.get(name) === state
    seen.set(name, state)
    // What stopped sending has told it already.
    if (!isSeenTwice || state === (told.get(name) ?? "up") || name === "sending") return
    told.set(name, state)
    const line = `${name} is ${state}: ${detail}`
    yield* state === "up" ? Effect.logInfo(line) : state === "down" ? Effect.logError(line) : Effect.logWarning(line)
  })
  return Effect.gen(function* () {
    const { dependencies } = yield* check
    for (const [name, dependency] of Object.entries(dependencies)) yield* look(name, dependency)
  })
}
