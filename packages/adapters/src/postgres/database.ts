/**
 * Connections to a PostgreSQL server, and what both repositories need of SQL. A statement that takes longer than 30
 * seconds is ended by the server, and so is a transaction that somebody left open: neither may hold a contact for ever.
 */
import { PgClient } from "@effect/sql-pg"
import { StoreUnavailable } from "@wa/core/ports/agent-repo"
import type { Instant } from "@wa/core/time/instant"
import { Effect, type Redacted, Schedule } from "effect"
import { type SqlClient, SqlError } from "effect/sql"

export { layer as layerEmbedded } from "../embedded/pglite.ts"

const statementSecondsMax = 30
const idleInTransactionSecondsMax = 60

export const layerServer = (options: { readonly url: Redacted.Redacted; readonly maxConnections?: number }) =>
  PgClient.layer({
    url: options.url,
    maxConnections: options.maxConnections ?? 10,
    connectTimeout: "10 seconds",
    applicationName: "whatsapp-agent",
    startupParameters: {
      statement_timeout: `${statementSecondsMax}s`,
      idle_in_transaction_session_timeout: `${idleInTransactionSecondsMax}s`,
    },
  })

/** Rivals that the database tells to try again. A unique violation is one, too: the other one was first, so look anew. */
const isRivalry = (error: unknown): boolean => {
  const reason = SqlError.isSqlError(error) ? error.reason._tag : undefined
  return reason === "SerializationError" || reason === "DeadlockError" || reason === "UniqueViolation"
}
const again = Schedule.exponential("10 millis", 2).pipe(Schedule.jittered, Schedule.upTo({ times: 6 }))

/**
 * Whatever SQL says, the caller may only do one thing about it. A connection that is lost inside a transaction shows as a
 * defect, because the client cannot roll back any more. Lost at the very commit, nobody knows whether it was stored: the
 * caller's next try meets its message as known.
 */
export const orUnavailable =
  (what: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreUnavailable, R> =>
    effect.pipe(
      Effect.catchDefect((defect) => (SqlError.isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect))),
      Effect.mapError((cause) => (cause instanceof StoreUnavailable ? cause : new StoreUnavailable({ what, cause }))),
    )

/** One transaction, begun anew when a rival was first. */
export const transaction =
  (sql: SqlClient.SqlClient, what: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreUnavailable, R> =>
    sql.withTransaction(effect).pipe(Effect.retry({ schedule: again, while: isRivalry }), orUnavailable(what))

/** Held to the end of the transaction. */
export const lock = (sql: SqlClient.SqlClient, name: string) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`

/** PostgreSQL stores neither NUL nor half of a surrogate pair; a chat may hold both. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "")
/** As `jsonb` takes it: give it a cast. */
export const json = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "string" ? storable(inner) : inner))

export const dateOf = (at: Instant): Date => new Date(at)
export const dateOrNull = (at: Instant | null): Date | null => (at === null ? null : new Date(at))
export const instantOf = (date: Date): Instant => date.getTime()
export const instantOrNull = (date: Date | null): Instant | null => date?.getTime() ?? null
