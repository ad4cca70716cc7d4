/**
 * Booked calls over HTTP: as calendars fetch them, and their cancellation. Calendars send no headers, so the feed also takes
 * a token in its address: ADMIN_TOKEN, or better the token made of it that opens nothing but the feed.
 */
import type { Admin } from "@wa/adapters/http/plain-server"
import { feedOf, invitationOf } from "@wa/adapters/ical/invitation"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Clock, type Context, Effect } from "effect"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { AgentSettings } from "./agent-settings.ts"
import { type Cancelled, callsFrom, cancelCall } from "./calls.ts"

type Services = AgentRepo | AgentSettings

interface OfCall {
  Params: { id: string }
  Querystring: { token?: unknown }
}

const calendarType = "text/calendar; charset=utf-8"
const statusOf: Readonly<Record<Cancelled["is"], number>> = {
  cancelled: 200,
  unknown: 404,
  moved: 409,
  cancelled_before: 409,
  over: 409,
  changed: 409,
}

export const callRoutes = (server: FastifyInstance, context: Context.Context<Services>, admin: Admin): void => {
  const run = Effect.runPromiseWith(context)
  const answer = <A>(
    reply: FastifyReply,
    effect: Effect.Effect<A, { readonly message: string }, Services>,
    send: (value: A) => FastifyReply,
  ) =>
    run(
      Effect.match(effect, {
        onSuccess: send,
        onFailure: (error) => reply.code(503).send({ error: error.message }),
      }),
    )
  const mayRead = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { token } = request.query as OfCall["Querystring"]
    if (typeof token !== "string") return admin.only(request, reply)
    if (!admin.isToken(token) && !admin.isCalendarToken(token))
      return reply.code(401).send({ error: "the token in the address is not the right one" })
  }

  server.get("/calls.ics", { onRequest: mayRead }, async (_request, reply) =>
    answer(
      reply,
      Effect.gen(function* () {
        const { zone } = yield* AgentSettings
        // Today's stay in sight until the day is over.
        return yield* callsFrom(startOfDay(yield* Clock.currentTimeMillis, zone))
      }),
      (calls) => reply.type(calendarType).send(feedOf(calls)),
    ),
  )
  server.get<OfCall>("/calls/:id.ics", { onRequest: mayRead }, async (request, reply) => {
    const id = idOf(request)
    return id === null
      ? noCall(reply)
      : answer(
          reply,
          AgentRepo.use((repo) => repo.call(id)),
          (call) =>
            call === null
              ? noCall(reply)
              : reply
                  .type(calendarType)
                  .header("content-disposition", `attachment; filename="call-${call.id}.ics"`)
                  .send(invitationOf(call)),
        )
  })
  server.post<OfCall>("/api/calls/:id/cancel", { onRequest: admin.only }, async (request, reply) => {
    const id = idOf(request)
    return id === null
      ? noCall(reply)
      : answer(reply, cancelCall(id, "console"), (done) => {
          if (done.is === "unknown") return noCall(reply)
          const { key, ...call } = done.call
          const body = { is: done.is, call: { ...key, ...call } }
          return reply
            .code(statusOf[done.is])
            .send(done.is === "cancelled" ? body : { error: "the call no longer stands at that time", ...body })
        })
  })
}

const idOf = (request: FastifyRequest<OfCall>): number | null => {
  const { id } = request.params
  return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : null
}
const noCall = (reply: FastifyReply) => reply.code(404).send({ error: "no such call" })
