/** A server that says no is played here: a real one of the tests lets everybody in. */
import { createServer } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { gatewayRepoOn } from "./migrated.ts"

/** Greets every connection with an ErrorResponse of the wire protocol; answers its port, and how often it was called. */
const refusing = (state: string, message: string) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly port: number; readonly calls: () => number; readonly close: () => void }>((resolve) => {
          let calls = 0
          const fields = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`)
          const head = Buffer.alloc(5)
          head.write("E")
          head.writeInt32BE(fields.length + 4, 1)
          const server = createServer((socket) => {
            socket.on("error", () => {})
            socket.once("data", () => {
              calls++
              socket.end(Buffer.concat([head, fields]))
            })
          })
          server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number }
            resolve({ port, calls: () => calls, close: () => server.close() })
          })
        }),
    ),
    ({ close }) => Effect.sync(close),
  )

const startOn = (port: number, isAway: (why: string) => void = () => {}) =>
  Effect.scoped(
    Layer.build(
      gatewayRepoOn({
        url: Redacted.make(`postgres://wa:secret@127.0.0.1:${port}/shop?sslmode=disable`),
        maxConnections: 1,
        isAway,
      }),
    ),
  ).pipe(Effect.flip)

describe("a database that cannot be used", () => {
  it.effect.each([
    { state: "3D000", said: 'database "shop" does not exist', todo: "создайте базу" },
    { state: "28P01", said: 'password authentication failed for user "wa"', todo: "пароль" },
    { state: "28000", said: 'role "wa" does not exist', todo: "роль" },
  ])("ends the start at once when PostgreSQL says $state, in its own words", ({ state, said, todo }) =>
    Effect.gen(function* () {
      const server = yield* refusing(state, said)
      const error = yield* startOn(server.port)
      assert.strictEqual(error._tag, "DatabaseRefuses")
      assert.include(error.message, `127.0.0.1:${server.port}/shop: ${said} (${state}); `)
      assert.include(error.message, todo)
      assert.notInclude(error.message, "secret")
      assert.strictEqual(server.calls(), 1)
    }),
  )

  it.effect("is waited for while it only starts, and each time the reason is told", () =>
    Effect.gen(function* () {
      const server = yield* refusing("57P03", "the database system is starting up")
      const told: Array<string> = []
      const starting = yield* Effect.forkChild(startOn(server.port, (why) => void told.push(why)))
      // The wire is real and the clock is not: each turn lets the one go on, and moves the other.
      for (let turn = 0; told.length < 2 && turn < 10_000; turn++) {
        yield* Effect.promise(() => nextTurn())
        if (told.length === 1) yield* TestClock.adjust("2 seconds")
      }
      yield* Fiber.interrupt(starting)
      assert.deepStrictEqual(
        told,
        Array.from({ length: 2 }, () => "the database system is starting up"),
      )
    }),
  )
})
