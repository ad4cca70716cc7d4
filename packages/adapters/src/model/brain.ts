/** Which model answers, by the settings: a provider whose key is set, with a second one behind it if wanted. */
import type { LlmPort } from "@wa/core/ports/llm-port"
import { Effect, Layer } from "effect"
import type { Check, SettingName, Settings } from "../settings/settings.ts"
import { notSet, WrongSettings } from "../settings/settings.ts"
import * as Fallback from "./fallback.ts"
import { loadPrompts } from "./prompt-files.ts"

type Provider = "gemini" | "openai"

export interface Brain {
  /** For people: `gemini-2.5-pro`. */
  readonly name: string
  readonly layer: Layer.Layer<LlmPort, WrongSettings>
}

/** What `brainOf` would be called, key or no key. */
export const nameOf = (settings: Settings): string => {
  const { LLM_PROVIDER: first, LLM_FALLBACK: second } = settings
  return second === "none" || second === first
    ? modelOf(first, settings)
    : `${modelOf(first, settings)}, запасная ${modelOf(second, settings)}`
}

/** Null when no key is set. The prompts are read and checked when the layer is built. */
export const brainOf = (settings: Settings, promptsFolder: string): Brain | null => {
  const first = settings.LLM_PROVIDER
  if (missing(first, settings).length > 0) return null
  const second = settings.LLM_FALLBACK
  const one = providerLayer(first, settings, promptsFolder)
  const name = nameOf(settings)
  return second === "none" || second === first
    ? { name, layer: one }
    : { name, layer: Fallback.layer(one, providerLayer(second, settings, promptsFolder)) }
}

/**
 * For a program that answers by a model, or (not required) takes one if it is set: another provider than the default
 * one is wanted once it is named, and so is a second one behind a first that is. The texts are read as well.
 */
export const modelCheck =
  (options: { readonly isRequired: boolean; readonly promptsFolder: string }): Check =>
  (read) =>
    Effect.gen(function* () {
      const { LLM_PROVIDER: first, LLM_FALLBACK: second } = read
      if (first === undefined) return []
      const lacks = missing(first, read)
      // Gemini is named by default, too: that it lacks its key may be meant.
      const isWanted = options.isRequired || lacks.length === 0 || first !== "gemini"
      if (!isWanted) return []
      const behind = second === undefined || second === "none" || second === first ? [] : missing(second, read)
      const texts = yield* Effect.match(loadPrompts(read.PROMPTS_DIR ?? options.promptsFolder), {
        onSuccess: () => [],
        onFailure: ({ folder, problems }) => problems.map((problem) => `PROMPTS_DIR: ${folder}: ${problem}`),
      })
      return [...[...lacks, ...behind].map(notSet), ...texts]
    })

/** The settings that a provider still lacks. */
export const missing = (provider: Provider, settings: Partial<Settings>): ReadonlyArray<SettingName> =>
  provider === "gemini"
    ? settings.GEMINI_API_KEY === undefined
      ? ["GEMINI_API_KEY"]
      : []
    : (["OPENAI_API_KEY", "OPENAI_MODEL"] as const).filter((name) => settings[name] === undefined)

const modelOf = (provider: Provider, settings: Settings): string =>
  provider === "gemini" ? settings.GEMINI_MODEL : (settings.OPENAI_MODEL ?? "openai")

const providerLayer = (
  provider: Provider,
  settings: Settings,
  promptsFolder: string,
): Layer.Layer<LlmPort, WrongSettings> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const lacking = missing(provider, settings)
      if (lacking.length > 0) return yield* new WrongSettings({ problems: lacking.map(notSet) })
      const prompts = yield* loadPrompts(promptsFolder).pipe(
        Effect.mapError((error) => new WrongSettings({ problems: error.message.split("\n") })),
      )
      // Loaded only when it is wanted: each brings its own client.
      if (provider === "gemini") {
        const { layer } = yield* Effect.promise(() => import("../gemini/gemini.ts"))
        return layer({
          apiKey: settings.GEMINI_API_KEY!,
          model: settings.GEMINI_MODEL,
          baseUrl: settings.GEMINI_BASE_URL,
          prompts,
        })
      }
      const { layerFetch } = yield* Effect.promise(() => import("../openai/openai.ts"))
      return layerFetch({
        apiKey: settings.OPENAI_API_KEY!,
        model: settings.OPENAI_MODEL!,
        baseUrl: settings.OPENAI_BASE_URL,
        ...(settings.OPENAI_TRANSCRIPTION_MODEL === undefined
          ? {}
          : { transcriptionModel: settings.OPENAI_TRANSCRIPTION_MODEL }),
        prompts,
      })
    }),
  )
