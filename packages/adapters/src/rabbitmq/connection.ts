/**
 * One connection to the broker that is opened again whenever it is lost, and what is built on it with it.
 *
 * Promises: no event of amqplib goes unheard (an unheard `error` would end the process); everything opened is closed;
 * pauses between attempts grow from one to thirty seconds, with jitter. No message or log line holds the URL, which
 * holds the password.
 */
import amqp, { type Channel, type ChannelModel } from "amqplib"
import { Deferred, Effect, Exit, Option, Random, Redacted, Schema, type Scope, Stream, SubscriptionRef } from "effect"
import type { QueueMisdeclared } from "./queue-misdeclared.ts"

const answerSecondsMax = 10
const closeSecondsMax = 1
const heartbeatSeconds = 15
const pauseSecondsMax = 30

/** The broker is away, or became so. Wait, and try again. */
export class ConnectionFault extends Schema.TaggedError<ConnectionFault>()("ConnectionFault", {
  doing: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `RabbitMQ, ${this.doing}: ${this.cause instanceof Error ? this.cause.message || this.cause.name : String(this.cause)}`
  }
}

/** Fatal: the broker answers, and refuses this user or password (or the URL is none). */
export class BrokerDenied extends Schema.TaggedError<BrokerDenied>()("BrokerDenied", { why: Schema.String }) {
  override get message() {
    return `RabbitMQ refuses the connection: ${this.why}. Check RABBITMQ_URL.`
  }
}

/** The first pause is 1 s, then 2, 4, … 30; each between half and the whole of it, so that programs do not return in step. */
export const pauseSeconds = (failures: number) =>
  Effect.map(Random.next, (chance) => Math.min(2 ** failures, pauseSecondsMax) * (0.5 + chance / 2))

/** One question to the broker. It fails rather than wait for ever: a half-open connection answers nothing. */
export const ask = <A>(doing: string, question: () => Promise<A>): Effect.Effect<A, ConnectionFault> =>
  Effect.interruptible(
    Effect.tryPromise({ try: question, catch: (cause) => new ConnectionFault({ doing, cause }) }),
  ).pipe(
    Effect.timeoutOrElse({
      duration: `${answerSecondsMax} seconds`,
      orElse: () =>
        Effect.fail(new ConnectionFault({ doing, cause: new Error(`no answer within ${answerSecondsMax} s`) })),
    }),
  )

/** Fails when the thing is gone: by error, by the broker, or because it was closed. */
export type Lost = Deferred.Deferred<never, ConnectionFault>

/** A politeness that nobody waits for long: on a dying channel it may never be answered, and a release cannot be interrupted. */
export const quietly = (question: () => Promise<unknown>, lost: Lost): Effect.Effect<void> =>
  Deferred.isDoneUnsafe(lost)
    ? Effect.void
    : Effect.tryPromise(question).pipe(
        Effect.raceFirst(Deferred.await(lost)),
        Effect.interruptible,
        Effect.timeout(`${closeSecondsMax} seconds`),
        Effect.ignore,
      )

const lose = (lost: Lost, doing: string) => (cause?: unknown) =>
  void Deferred.doneUnsafe(lost, Exit.fail(new ConnectionFault({ doing, cause: cause ?? new Error("closed") })))

export const openChannel = <C extends Channel>(doing: string, make: () => Promise<C>) =>
  Effect.acquireRelease(
    Effect.map(ask(doing, make), (channel) => {
      const lost: Lost = Deferred.makeUnsafe()
      channel.on("error", lose(lost, doing))
      channel.on("close", lose(lost, doing))
      return { channel, lost }
    }),
    ({ channel, lost }) => quietly(() => channel.close(), lost),
  )

export interface Link {
  readonly connection: ChannelModel
  readonly lost: Lost
  /** The broker is short of memory or disk, and takes nothing until further notice. */
  readonly isBlocked: () => boolean
}

export const openLink = (url: Redacted.Redacted, connectionName: string) =>
  Effect.acquireRelease(
    Effect.map(connect(url, connectionName), (connection): Link => {
      const lost: Lost = Deferred.makeUnsafe()
      let blocked = false
      connection.on("error", lose(lost, "connection"))
      connection.on("close", lose(lost, "connection"))
      connection.on("blocked", () => {
        blocked = true
      })
      connection.on("unblocked", () => {
        blocked = false
      })
      return { connection, lost, isBlocked: () => blocked }
    }),
    ({ connection, lost }) => quietly(() => connection.close(), lost),
    { interruptible: true },
  )

/** Interruptible; what still opens after the interruption is closed again. */
const connect = (url: Redacted.Redacted, connectionName: string) =>
  Effect.callback<ChannelModel, ConnectionFault | BrokerDenied>((resume) => {
    let isGivenUp = false
    const open = async () => {
      const socket = { timeout: answerSecondsMax * 1_000, noDelay: true, keepAlive: true }
      return amqp.connect(withHeartbeat(url), { ...socket, clientProperties: { connection_name: connectionName } })
    }
    open().then(
      (connection) => {
        if (!isGivenUp) return resume(Effect.succeed(connection))
        connection.on("error", () => {})
        connection.close().catch(() => {})
      },
      (cause) =>
        resume(Effect.fail(deniedBy(cause) ?? new ConnectionFault({ doing: "connect", cause: hinted(cause) }))),
    )
    return Effect.sync(() => {
      isGivenUp = true
    })
  })

const withHeartbeat = (url: Redacted.Redacted) => {
  if (!URL.canParse(Redacted.value(url))) throw new Error(malformed)
  const parsed = new URL(Redacted.value(url))
  if (!parsed.searchParams.has("heartbeat")) parsed.searchParams.set("heartbeat", String(heartbeatSeconds))
  return parsed.href
}

const malformed = "RABBITMQ_URL is not of the form amqp://user:password@host:5672/vhost"

const deniedBy = (cause: unknown) => {
  const why = cause instanceof Error ? cause.message : String(cause)
  if (why === malformed || /ACCESS[-_]REFUSED|Expected amqp:/i.test(why)) return new BrokerDenied({ why })
}

/** amqplib swallows the broker's reason at this step; a missing virtual host is the usual one, a broker in trouble another. */
const hinted = (cause: unknown) =>
  cause instanceof Error && cause.message.startsWith("Expected ConnectionOpenOk")
    ? new Error("the broker refused the virtual host of RABBITMQ_URL (does it exist, and may this user enter it?)")
    : cause

type Fault = ConnectionFault | QueueMisdeclared | BrokerDenied

/**
 * Keeps one connection and what `build` makes of it, for the life of the scope; `undefined` while it is away.
 * Returns after the first attempt: with a fatal refusal it fails, with an absent broker it goes on trying behind the scenes.
 */
export const keepConnected = Effect.fnUntraced(function* <A>(options: {
  readonly url: Redacted.Redacted
  readonly connectionName: string
  readonly build: (link: Link) => Effect.Effect<A, ConnectionFault | QueueMisdeclared, Scope.Scope>
}) {
  const current = yield* SubscriptionRef.make<A | undefined>(undefined)
  const attempted = yield* Deferred.make<void, QueueMisdeclared | BrokerDenied>()

  const session = (onUp: () => void): Effect.Effect<never, Fault> =>
    Effect.gen(function* () {
      const link = yield* openLink(options.url, options.connectionName)
      const built = yield* options.build(link)
      yield* Effect.addFinalizer(() => SubscriptionRef.set(current, undefined))
      yield* SubscriptionRef.set(current, built)
      onUp()
      yield* Deferred.succeed(attempted, undefined)
      yield* Effect.logInfo(`${options.connectionName}: connected to RabbitMQ`)
      return yield* Deferred.await(link.lost)
    }).pipe(
      Effect.scoped,
      Effect.catchDefect((cause) => Effect.fail(new ConnectionFault({ doing: "session", cause }))),
    )

  const trying = Effect.gen(function* () {
    for (let failures = 0; ; failures++) {
      const fault = yield* Effect.flip(
        session(() => {
          failures = 0
        }),
      )
      if (fault._tag === "ConnectionFault") yield* Deferred.succeed(attempted, undefined)
      else yield* Deferred.fail(attempted, fault)
      const pause = yield* pauseSeconds(failures)
      const log = fault._tag === "ConnectionFault" ? Effect.logWarning : Effect.logError
      yield* log(`${options.connectionName}: ${fault.message} (trying again in ${pause.toFixed(1)} s)`)
      yield* Effect.sleep(`${Math.ceil(pause * 1_000)} millis`)
    }
  })
  yield* Effect.forkScoped(trying)
  yield* Deferred.await(attempted)
  return current
})

/** Waits until it is there. */
export const live = <A>(current: SubscriptionRef.SubscriptionRef<A | undefined>): Effect.Effect<A> =>
  SubscriptionRef.changes(current).pipe(
    Stream.filter((built) => built !== undefined),
    Stream.runHead,
    Effect.map(Option.getOrThrow),
  ) as Effect.Effect<A>
