/**
 * Turns a voice note into words: downloads it, asks the model, and puts the transcript behind what is pending for the
 * agent. What cannot be heard, or is not to be trusted, arrives as a message that says so.
 * Promises: every voice note ends as one message to the agent, once. Rule V1 of docs/RULES.md.
 */
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { type Answer, callsOf, type LlmError, LlmPort, LlmUnavailable } from "@wa/core/ports/llm-port"
import { ack, type Handled, retry } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import type { IncomingBody, VoiceBody } from "@wa/core/queue/messages"
import { isTrustworthy } from "@wa/core/reply/transcript"
import { secondMs } from "@wa/core/time/instant"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Clock, Effect } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"

/** Later than this the client has waited long enough: the turn goes on without the words. */
const giveUpAfterMs = 150 * secondMs
export const transcriptPrefix = "[ТРАНСКРИБАЦИЯ]"
const unheard = "[голосовое сообщение: не удалось распознать]"

export const transcribe = Effect.fn("gateway.transcribe")(
  function* (body: VoiceBody) {
    const wappi = yield* WappiPort
    const llm = yield* LlmPort
    const began = yield* Clock.currentTimeMillis
    const isLate = began - Date.parse(body.timestamp) > giveUpAfterMs
    const words = yield* wappi.downloadMedia(body.message_id).pipe(
      Effect.flatMap((media) => paid(body, llm.transcribe(media.bytes, media.mimeType))),
      Effect.map((answer) => ({ _tag: "Heard" as const, transcript: answer.value })),
      Effect.catchTags({
        WappiRefused: (error) => Effect.succeed(error.permanent || isLate ? lost(error.message) : again(error.message)),
        LlmUnavailable: (error) =>
          Effect.succeed(
            error.kind === "bad_answer" || error.kind === "blocked" || error.kind === "budget" || isLate
              ? lost(error.message)
              : again(error.message),
          ),
      }),
    )
    if (words._tag === "Again") return retry(words.why)
    const trusted = words._tag === "Heard" && isTrustworthy(words.transcript) ? words.transcript.text.trim() : null
    yield* Effect.logInfo(trusted === null ? "a voice note could not be transcribed" : "a voice note was transcribed", {
      seconds: ((yield* Clock.currentTimeMillis) - began) / secondMs,
      why: words._tag === "Lost" ? words.why : undefined,
    })
    yield* deliver(body, trusted)
    return ack
  },
  // A denial of the gateway or of the model stops whoever it concerns; here the note is only late.
  Effect.catchTags({
    StoreUnavailable: (error) => Effect.succeed<Handled>(retry(error.message)),
    WappiDenied: (error) => Effect.succeed<Handled>(retry(error.message)),
    LlmDenied: (error) => Effect.succeed<Handled>(retry(error.message)),
  }),
)

/** The budget is checked before the call; what it used is kept for the message, answer or none. */
const paid = Effect.fnUntraced(function* <A>(body: VoiceBody, call: Effect.Effect<Answer<A>, LlmError>) {
  const repo = yield* GatewayRepo
  const { dailyTokenBudget, zone } = yield* GatewaySettings
  if (dailyTokenBudget !== null) {
    const spent = yield* repo.tokensSince(startOfDay(yield* Clock.currentTimeMillis, zone))
    if (spent >= dailyTokenBudget)
      return yield* new LlmUnavailable({
        kind: "budget",
        retryAfterMs: null,
        detail: `${spent} tokens for voice notes today, the budget is ${dailyTokenBudget}`,
      })
  }
  const count = Effect.fnUntraced(function* (ended: Answer<A> | LlmError) {
    const at = yield* Clock.currentTimeMillis
    for (const usage of callsOf(ended))
      yield* repo.recordUsage({ ...usage, at, profileId: body.profile_id, messageId: body.message_id })
  })
  const answer = yield* Effect.tapError(call, count)
  yield* count(answer)
  return answer
})

const lost = (why: string) => ({ _tag: "Lost" as const, why })
const again = (why: string) => ({ _tag: "Again" as const, why })

/** What was buried (too old, too often tried) still arrives, as a message that says so. */
export const giveUpOnVoice = (body: VoiceBody) =>
  deliver(body, null).pipe(
    Effect.as<Handled>(ack),
    Effect.catchTag("StoreUnavailable", (error) => Effect.succeed<Handled>(retry(error.message))),
  )

const deliver = Effect.fnUntraced(function* (body: VoiceBody, transcript: string | null) {
  const repo = yield* GatewayRepo
  const usage = yield* repo.usageOf(body.profile_id, body.message_id)
  const message: IncomingBody = {
    version: 1,
    correlation_id: body.correlation_id,
    profile_id: body.profile_id,
    phone_number: body.phone_number,
    event: "message",
    message_id: body.message_id,
    message_text: transcript === null ? unheard : `${transcriptPrefix} ${transcript}`,
    is_voice: true,
    content: transcript === null ? "untranscribed" : "transcript",
    contact_info: body.contact_info,
    timestamp: body.timestamp,
    ...(usage.length === 0
      ? {}
      : {
          usage: usage.map((one) => ({
            model: one.model,
            prompt_tokens: one.promptTokens,
            cached_tokens: one.cachedTokens,
            output_tokens: one.outputTokens,
          })),
        }),
  }
  yield* repo.markTranscribed(body.profile_id, body.message_id, transcript, yield* Clock.currentTimeMillis)
  yield* repo.enqueue("incoming_messages", message, `transcript:${body.message_id}`)
})
