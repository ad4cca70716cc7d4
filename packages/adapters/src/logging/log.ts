/**
 * Where logs go: a readable console on a terminal, JSON lines elsewhere, and daily files `app_YYYY-MM-DD.log` kept 30 days.
 * Promises that a phone number leaves masked (`+7701***5678`) and a secret not at all, whoever wrote the line.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { maskPhone } from "@wa/core/contact/phone"
import { Cause, Layer, Logger, type LogLevel, Redacted, References } from "effect"
import rotator from "file-stream-rotator"
import pino from "pino"
import pretty from "pino-pretty"
import type { Settings } from "../settings/settings.ts"

export interface LogOptions {
  /** Named in every line: `gateway`, `agent`, `wa`. */
  readonly program: string
  readonly level: "debug" | "info" | "warn" | "error"
  readonly format: "auto" | "pretty" | "json"
  /** Folder of the daily files; empty: none. */
  readonly folder: string
  /** Never printed, wherever they turn up. */
  readonly secrets: ReadonlyArray<string>
}

const daysKept = 30
const effectLevel: Record<LogOptions["level"], LogLevel.LogLevel> = {
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
}
const pinoLevel: Partial<Record<LogLevel.LogLevel, pino.Level>> = {
  Trace: "debug",
  Debug: "debug",
  Info: "info",
  Warn: "warn",
  Error: "error",
  Fatal: "fatal",
}

/** A number written in full, with or without its plus; ids keep their digits, because letters stand beside them. */
const phones = /(?<![\w.-])\+?[1-9]\d{9,14}(?![\w-])/g

export const makeMask = (secrets: ReadonlyArray<string>): ((text: string) => string) => {
  const hidden = secrets.filter((secret) => secret.length >= 4)
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, "***"), text).replace(phones, maskPhone)
}

/** Every text inside, however deep; cycles and depths that no log needs are cut. */
const maskDeep = (value: unknown, mask: (text: string) => string, depth = 0): unknown => {
  if (typeof value === "string") return mask(value)
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value
  if (depth > 5) return "…"
  if (value instanceof Error) return mask(value.message)
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => maskDeep(item, mask, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item, mask, depth + 1)]))
}

const destinationOf = (options: LogOptions) => {
  const isPretty = options.format === "pretty" || (options.format === "auto" && process.stderr.isTTY)
  const console = isPretty
    ? pretty({
        colorize: process.stderr.isTTY === true,
        destination: 2,
        sync: true,
        ignore: "pid,hostname,program",
        translateTime: "SYS:HH:MM:ss",
      })
    : pino.destination({ dest: 2, sync: true })
  if (options.folder === "") return console
  mkdirSync(options.folder, { recursive: true })
  const file = rotator.getStream({
    filename: join(options.folder, "app_%DATE%"),
    extension: ".log",
    frequency: "daily",
    date_format: "YYYY-MM-DD",
    max_logs: `${daysKept}d`,
    audit_file: join(options.folder, ".kept.json"),
  })
  return pino.multistream([
    { stream: console, level: "debug" },
    { stream: { write: (line: string) => void file.write(line) }, level: "debug" },
  ])
}

export const layer = (options: LogOptions): Layer.Layer<never> => {
  const mask = makeMask(options.secrets)
  const sink = pino(
    { level: options.level, base: { program: options.program }, timestamp: pino.stdTimeFunctions.isoTime },
    destinationOf(options),
  )
  const logger = Logger.make(({ message, logLevel, cause, fiber }) => {
    const parts: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    const texts = parts.filter((part) => typeof part !== "object" || part === null).map(String)
    const fields = parts.filter((part) => typeof part === "object" && part !== null)
    const merged = Object.assign({}, fiber.getRef(References.CurrentLogAnnotations), ...fields) as Record<
      string,
      unknown
    >
    if (cause.reasons.length > 0) merged["cause"] = Cause.pretty(cause)
    sink[pinoLevel[logLevel] ?? "info"](maskDeep(merged, mask) as object, mask(texts.join(" ")))
  })
  return Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, effectLevel[options.level]))
}

/** As the settings say, with every secret among them hidden. */
export const layerOf = (program: string, settings: Settings): Layer.Layer<never> =>
  layer({
    program,
    level: settings.LOG_LEVEL,
    format: settings.LOG_FORMAT,
    folder: settings.LOG_DIR,
    secrets: Object.values(settings).flatMap((value) =>
      Redacted.isRedacted(value) ? [String(Redacted.value(value))] : [],
    ),
  })
