/** Who is measured: the model that the settings name, the same from a cassette, or the offline brain when no key is set. */
import { join } from "node:path"
import { brainOf, nameOf } from "@wa/adapters/model/brain"
import * as Cassette from "@wa/adapters/model/cassette"
import { loadPrompts } from "@wa/adapters/model/prompt-files"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import type { Settings } from "@wa/adapters/settings/settings"
import { environment, readSettings, WrongSettings } from "@wa/adapters/settings/settings"
import { LlmPort } from "@wa/core/ports/llm-port"
import { Clock, Context, Effect, Layer } from "effect"
import { WrongUsage } from "../ending.ts"

export interface Examinee {
  readonly name: string
  readonly isOffline: boolean
  readonly port: LlmPort["Service"]
  /** Null without a cassette. */
  readonly tally: (() => { readonly replayed: number; readonly recorded: number; readonly missing: number }) | null
}

export const examineeOf = (given: {
  readonly project: string
  readonly cassette: string | null
  readonly record: boolean
}) =>
  Effect.gen(function* () {
    if (given.record && given.cassette === null)
      return yield* new WrongUsage({ why: "--record записывает в кассету: укажите --cassette ФАЙЛ" })
    const settings = yield* Effect.try({
      try: (): Settings => readSettings(environment(process.cwd())),
      catch: (error) => (error instanceof WrongSettings ? error : new WrongSettings({ problems: [String(error)] })),
    })
    const folder = join(given.project, "prompts")
    const clock = yield* Clock.Clock
    const brain = brainOf(settings, folder)
    const live = brain === null ? null : onTheClock(Context.get(yield* Layer.build(brain.layer), LlmPort), clock)
    if (given.cassette === null) {
      if (brain !== null && live !== null)
        return { name: brain.name, isOffline: false, port: live, tally: null } satisfies Examinee
      const port = Context.get(yield* Layer.build(OfflineBrain.layer), LlmPort)
      return { name: OfflineBrain.name, isOffline: true, port, tally: null } satisfies Examinee
    }
    if (given.record && live === null)
      return yield* new WrongUsage({
        why: "чтобы записать кассету, нужна модель: задайте её ключ (GEMINI_API_KEY или OPENAI_API_KEY и OPENAI_MODEL)",
      })
    const prompts = yield* loadPrompts(folder).pipe(
      Effect.mapError((error) => new WrongSettings({ problems: error.message.split("\n") })),
    )
    const cassette = yield* Cassette.make({
      file: given.cassette,
      model: nameOf(settings),
      prompts,
      recorder: given.record ? live : null,
    }).pipe(Effect.mapError((error) => new WrongUsage({ why: error.message })))
    return { name: nameOf(settings), isOffline: false, port: cassette.port, tally: cassette.tally } satisfies Examinee
  })

/** A model answers in real time, whatever clock the world around it runs on: its timeouts must not fire at once. */
const onTheClock = (port: LlmPort["Service"], clock: Clock.Clock): LlmPort["Service"] => {
  const real = <A, E>(answer: Effect.Effect<A, E>) => Effect.provideService(answer, Clock.Clock, clock)
  return {
    name: port.name,
    denial: port.denial,
    classify: (request) => real(port.classify(request)),
    draftReply: (request) => real(port.draftReply(request)),
    draftTouch: (request) => real(port.draftTouch(request)),
    transcribe: (audio, mimeType) => real(port.transcribe(audio, mimeType)),
  }
}
