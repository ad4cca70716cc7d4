/**
 * An instant is a number: milliseconds since 1970-01-01T00:00Z. It compares with `<`, fits JSON, a database column and a
 * test's deep equality; a wall clock is only ever asked for together with an IANA zone, in `wall-clock.ts`.
 */
import * as Schema from "effect/Schema"

/** Milliseconds since the epoch, UTC. */
export const Instant = Schema.Int
export type Instant = typeof Instant.Type

export const secondMs = 1000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
