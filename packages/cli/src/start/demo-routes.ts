/** What the page asks of a demo: the phones of pretended customers, and the clock. Only with the local stand-in for WhatsApp. */
import type { LocalWhatsApp } from "@wa/adapters/local-wappi/local-whatsapp"
import { normalisePhone } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { hourMs } from "@wa/core/time/instant"
import { isoWithOffset } from "@wa/core/time/wall-clock"
import { Effect } from "effect"
import type { FastifyInstance, FastifyReply, onRequestAsyncHookHandler } from "fastify"
import type { DemoClock } from "./demo-clock.ts"

const textCharsMax = 65_536

export interface Demo {
  readonly whatsapp: LocalWhatsApp
  readonly clock: DemoClock
  readonly zone: string
  readonly profileId: string
  readonly parts: Readonly<Record<string, string>>
  readonly nextWakeUpAt: Effect.Effect<number | null, StoreUnavailable>
}

const suggestions = [
  "Здравствуйте! Сколько стоит тариф «Магазин»?",
  "А есть рассрочка на оборудование?",
  "Работает ли касса без интернета?",
  "Хочу созвониться завтра в 15:00",
  "Я подумаю",
]

export const demoRoutes =
  (demo: Demo, only: onRequestAsyncHookHandler) =>
  (server: FastifyInstance): void => {
    const { clock, whatsapp, zone } = demo
    const shown = () => ({ clock: isoWithOffset(clock.now(), zone) })
    server.register(async (routes) => {
      routes.addHook("onRequest", only)
      routes.get("/demo", async () => ({ ...shown(), zone, profileId: demo.profileId, parts: demo.parts, suggestions }))
      routes.post<{ Body: { to?: unknown } | null }>("/demo/clock", async (request, reply) => {
        const to = request.body?.to
        const at =
          to === "next"
            ? await Effect.runPromise(Effect.orElseSucceed(demo.nextWakeUpAt, () => null))
            : typeof to === "string" && /^\+\d+h$/.test(to)
              ? clock.now() + Number(to.slice(1, -1)) * hourMs
              : typeof to === "string"
                ? Date.parse(to)
                : Number.NaN
        if (at === null) return reply.code(409).send({ error: "ничего не запланировано: сначала напишите боту" })
        if (Number.isNaN(at)) return reply.code(400).send({ error: "to: next, +24h или время ISO" })
        clock.moveTo(at)
        return shown()
      })
      routes.get("/demo/phones", async () =>
        whatsapp.listChats().map(({ chatId, name, last, unread }) => ({
          phone: `+${chatId.split("@")[0]}`,
          name,
          text: last.text,
          at: last.at,
          unread,
        })),
      )
      routes.get<{ Params: { phone: string } }>("/demo/phones/:phone", async (request) =>
        whatsapp
          .chat(request.params.phone)
          .map(({ id, fromMe, text, at, tick, type, sentFrom, isEdited, isDeleted }) => ({
            id,
            fromMe,
            text,
            at,
            tick,
            type,
            sentFrom,
            isEdited,
            isDeleted,
          })),
      )
      routes.post<Writes>("/demo/phones/:phone", async (request, reply) =>
        written(request, reply, (phone, text) =>
          whatsapp.clientWrites(
            phone,
            text,
            typeof request.body?.name === "string" && request.body.name !== "" ? { name: request.body.name } : {},
          ),
        ),
      )
      routes.post<Writes>("/demo/phones/:phone/operator", async (request, reply) =>
        written(request, reply, (phone, text) => whatsapp.operatorWrites(phone, text)),
      )
    })
  }

interface Writes {
  Params: { phone: string }
  Body: { text?: unknown; name?: unknown } | null
}

const written = (
  request: { readonly params: { readonly phone: string }; readonly body: Writes["Body"] },
  reply: FastifyReply,
  write: (phone: string, text: string) => { readonly id: string },
) => {
  const phone = normalisePhone(request.params.phone)
  const text = request.body?.text
  if (phone === null) return reply.code(400).send({ error: "такого номера не бывает" })
  if (typeof text !== "string" || text.trim() === "") return reply.code(400).send({ error: "нужен непустой текст" })
  if (text.length > textCharsMax) return reply.code(413).send({ error: `не длиннее ${textCharsMax} знаков` })
  return reply.send({ id: write(phone, text).id })
}
