/**
 * Turns a voice note into words: downloads it, asks the model, and puts the transcript behind what is pending for the
 * agent. What cannot be heard, or is not to be trusted, arrives as a message that says so.
 * Promises: every voice note ends as one message to the agent, once. Rule V1 of docs/RULES.md.
 */
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { LlmPort } from "@wa/core/ports/llm-port"
import { ack, type Handled, retry } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import type { IncomingBody, VoiceBody } from "@wa/core/queue/messages"
import { isTrustworthy } from "@wa/core/reply/transcript"
import { secondMs } from "@wa/core/time/instant"
import { Clock, Effect } from "effect"

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
      Effect.flatMap((media) => llm.transcribe(media.bytes, media.mimeType)),
      Effect.map((answer) => ({ _tag: "Heard" as const, transcript: answer.value })),
      Effect.catchTags({
        WappiRefused: (error) => Effect.succeed(error.permanent || isLate ? lost(error.message) : again(error.message)),
        LlmUnavailable: (error) =>
          Effect.succeed(
            error.kind === "bad_answer" || error.kind === "blocked" || isLate
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
  }
  yield* repo.markTranscribed(body.profile_id, body.message_id, transcript, yield* Clock.currentTimeMillis)
  yield* repo.enqueue("incoming_messages", message, `transcript:${body.message_id}`)
})
