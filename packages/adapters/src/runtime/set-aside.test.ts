import { assert, it } from "@effect/vitest"
import { dead } from "@wa/core/ports/queue-port"
import { Effect, Logger } from "effect"
import { setAside } from "./set-aside.ts"

it.effect("tells of an unreadable message once, however often the broker brings it again", () => {
  const lines: Array<string> = []
  return Effect.gen(function* () {
    for (let round = 0; round < 3; round++)
      for (const raw of ["{ no json", "{}"])
        assert.deepStrictEqual(
          yield* setAside("incoming_messages", { body: undefined, raw, reason: "undecodable" }),
          dead("undecodable"),
        )
    assert.lengthOf(lines, 2)
    for (const line of lines) assert.match(line, /could not be read; it stays in incoming_messages\.unreadable/)
  }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])))
})
