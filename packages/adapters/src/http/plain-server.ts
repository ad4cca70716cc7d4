/**
 * What both programs' HTTP sides have in common: errors that are one JSON object and never a stack, headers that a browser
 * obeys, and the question whether a request bears the admin's token.
 * Promises that two secrets are compared in constant time, and that an unset token lets nobody in. Does not promise to slow
 * down somebody who guesses: a token must be long.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { Effect, Redacted } from "effect"
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify"

export interface PlainServerOptions {
  readonly bodyBytesMax: number
  /** Runs what is to be logged, with the loggers of the program. */
  readonly log: (effect: Effect.Effect<void>) => void
}

export const plainServer = ({ bodyBytesMax, log }: PlainServerOptions): FastifyInstance => {
  const server = Fastify({
    bodyLimit: bodyBytesMax,
    forceCloseConnections: "idle",
    // An address that cannot be decoded is refused before there is a route, and past the handlers below.
    frameworkErrors: (error, _request, reply: FastifyReply) =>
      reply.code(error.statusCode ?? 400).send({ error: error.message }),
  })
  server.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    })
  })
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "not found" }))
  server.setErrorHandler((error: { statusCode?: number; message?: string }, request, reply) => {
    const status = error.statusCode ?? 500
    // Fastify's own 4xx messages name what is wrong with the request; anything else stays between us and the log.
    if (status >= 400 && status < 500) return reply.code(status).send({ error: error.message ?? "bad request" })
    // The route's pattern: an address may hold a secret.
    const route = request.routeOptions.url ?? "?"
    log(Effect.logError(`${request.method} ${route} failed`, { why: error.message ?? String(error) }))
    return reply.code(500).send({ error: "something went wrong here; the log says what" })
  })
  return server
}

/** Of unequal lengths, too, without telling how far they agree. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected))
const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

const sessionName = "wa_console"
/** What the cookie holds: it opens the same door, but does not tell the token. */
const sessionOf = (token: string): string => digest(`console session\n${token}`).toString("hex")
/** Follows from ADMIN_TOKEN, and changes with it. */
export const calendarTokenOf = (adminToken: string): string => digest(`calendar feed\n${adminToken}`).toString("hex")
const sessionSeconds = 30 * 24 * 3600

export interface Admin {
  /** A hook for routes that show or change personal data: ends with 401 or 403 unless the token was brought. */
  readonly only: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  readonly isToken: (given: string) => boolean
  /** Opens the feed of calls alone: it is handed to a calendar service, which must not hold the key of the house. */
  readonly isCalendarToken: (given: string) => boolean
  /** The `set-cookie` that spares a browser from bringing the token again. */
  readonly cookie: (request: FastifyRequest) => string
}

/** `null`: nobody is let in. */
export const adminBy = (adminToken: Redacted.Redacted | null): Admin => {
  const token = adminToken === null || Redacted.value(adminToken) === "" ? null : Redacted.value(adminToken)
  const session = token === null ? null : sessionOf(token)
  const isToken = (given: string) => token !== null && isSameSecret(given, token)
  const calendar = token === null ? null : calendarTokenOf(token)
  const isSession = (request: FastifyRequest) => {
    const given = cookieOf(request.headers.cookie, sessionName)
    return session !== null && given !== null && isSameSecret(given, session)
  }
  return {
    isToken,
    isCalendarToken: (given) => calendar !== null && isSameSecret(given, calendar),
    cookie: (request) =>
      `${sessionName}=${session ?? ""}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionSeconds}${isSecure(request) ? "; Secure" : ""}`,
    only: async (request, reply) => {
      const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1]
      if (bearer !== undefined && isToken(bearer)) return
      if (bearer === undefined && isSession(request)) {
        // Another port of the same host is the same site to a cookie, but it is not this page.
        if (!isOwnOrigin(request)) return reply.code(403).send({ error: "the request came from another page" })
        return
      }
      return reply
        .code(401)
        .header("www-authenticate", "Bearer")
        .send({
          error:
            token === null
              ? "ADMIN_TOKEN is not set, so nobody may see or change personal data here"
              : "ADMIN_TOKEN is needed: send it as `Authorization: Bearer …`",
        })
    },
  }
}

const isSecure = (request: FastifyRequest): boolean =>
  request.protocol === "https" || request.headers["x-forwarded-proto"] === "https"

const isOwnOrigin = (request: FastifyRequest): boolean => {
  const { origin, host } = request.headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}

const cookieOf = (header: string | undefined, name: string): string | null => {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=")
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return null
}
