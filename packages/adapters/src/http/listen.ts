/** Opens a port for a server, and closes it with the scope: requests under way are answered first. */
import { Effect, Schema } from "effect"
import type { FastifyInstance } from "fastify"

export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", { why: Schema.String }) {
  override get message() {
    return this.why
  }
}

/** Answers the address. `setting` is the one that a person would change. */
export const listen = (
  server: FastifyInstance,
  where: { readonly host: string; readonly port: number; readonly setting: string },
) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => server.listen({ port: where.port, host: where.host }),
      catch: (error) =>
        new CannotListen({
          why:
            (error as NodeJS.ErrnoException).code === "EADDRINUSE"
              ? `порт ${where.port} занят: остановите другую программу или задайте ${where.setting}`
              : `порт ${where.port} не открывается: ${error instanceof Error ? error.message : String(error)}`,
        }),
    }),
    () => Effect.promise(() => server.close()),
  )
