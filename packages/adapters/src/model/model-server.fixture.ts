/**
 * A provider on a local port for tests: keeps every request as it came, answers what a test lined up, and otherwise what its
 * protocol's fixture says. It promises nothing about any protocol itself.
 */
import { Effect, type Scope } from "effect"
import Fastify from "fastify"

export interface Asked {
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** JSON, or the raw text of another content type. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}
export type Reply =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers. */
  | "hang"
  /** Breaks the connection. */
  | "drop"

export interface ModelServer {
  readonly url: string
  readonly asked: Array<Asked>
  /** Settles when somebody hangs up on a request that hangs. */
  readonly hungUp: Promise<void>
  /** Answers the next request so, before all others that are not lined up. */
  readonly next: (...replies: ReadonlyArray<Reply>) => void
}

export const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
})
export const html502: Reply = {
  status: 502,
  body: "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
  headers: { "content-type": "text/html" },
}

export const startModelServer = (answer: (asked: Asked) => Reply): Effect.Effect<ModelServer, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<Asked> = []
    const lined: Array<Reply> = []
    const hungUp = Promise.withResolvers<void>()
    const server = Fastify({ bodyLimit: 32 * 1024 * 1024, forceCloseConnections: true })
    server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, String(body)))
    server.all("/*", (request, response) => {
      const one = { url: request.url, headers: request.headers, body: request.body }
      asked.push(one)
      const reply = lined.shift() ?? answer(one)
      if (reply === "hang") return void request.raw.socket.once("close", () => hungUp.resolve())
      if (reply === "drop") return void request.raw.socket.destroy()
      return response
        .code(reply.status)
        .headers(reply.headers ?? {})
        .send(reply.body)
    })
    const url = yield* Effect.acquireRelease(
      Effect.tryPromise(() => server.listen({ port: 0, host: "127.0.0.1" })),
      () => Effect.promise(() => server.close()),
    )
    return { url, asked, hungUp: hungUp.promise, next: (...replies) => void lined.push(...replies) }
  })

/** What a well-behaved model says, by the fields it is asked for. */
export const wellBehaved = (fields: ReadonlyArray<string>): object =>
  fields.includes("isClient")
    ? { reasoning: "Спрашивает цену.", isClient: true, confidence: 0.95 }
    : fields.includes("language")
      ? { language: "ru", text: "Здравствуйте, сколько стоит?", confidence: 0.9 }
      : { text: "Стрижка газона стоит 7 500 ₸ за сотку. Когда вам удобно?", facts: ["F1"], call: null, hand_over: null }
