/**
 * What a program's port answers while what it is made of is not there yet, such as a database that starts after it: /health
 * says 503 and why, so that a closed port always means that nothing runs. Whatever else is asked for is to be asked again:
 * a webhook that met 404 would not be repeated. Between this and the program's own server the port is closed for a moment.
 */
import { Effect, Scope } from "effect"
import { listen } from "./listen.ts"
import { plainServer } from "./plain-server.ts"

/** `build` is given the word about a database that does not answer; what it acquires is the caller's. */
export const whileStarting = <A, E, R>(
  where: Parameters<typeof listen>[1],
  dependencies: ReadonlyArray<string>,
  build: (databaseIsAway: (why: string) => void) => Effect.Effect<A, E, R>,
) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    let away: string | null = null
    const server = plainServer({ bodyBytesMax: 1024, log: () => {} })
    // Before the body is read, which may be larger than this server takes.
    server.addHook("onRequest", async (request, reply) =>
      request.routeOptions.url === "/health"
        ? undefined
        : reply.code(503).send({ error: "the program is starting: try again" }),
    )
    server.get("/health", async (_request, reply) =>
      reply.code(503).send({
        status: "unhealthy",
        dependencies: Object.fromEntries(
          dependencies.map((name) => [
            name,
            name === "database" && away !== null
              ? { state: "down", detail: away }
              : { state: "unknown", detail: "the program is starting" },
          ]),
        ),
        last_poll_at: null,
        checked_at: new Date().toISOString(),
      }),
    )
    return yield* Effect.scoped(
      Effect.andThen(
        listen(server, where),
        Effect.provideService(
          build((why) => {
            away = why
          }),
          Scope.Scope,
          scope,
        ),
      ),
    )
  })
