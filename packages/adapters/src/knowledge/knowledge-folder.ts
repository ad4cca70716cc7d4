/**
 * The company's documents from a folder: every *.pdf, and *.txt and *.md as plain text. Read once; at use, at most every
 * `watchSeconds`, the folder is looked at again, and only files whose time or size changed are read anew. A file that
 * cannot be read is named in `unreadable` and stops nothing; neither does a missing or empty folder, but each time
 * it becomes so there is a warning. A file that is being copied is left alone until it rests; what replaces a good file and
 * cannot be read is looked at twice before it counts.
 * Does not look into subfolders, and does not follow changes while nobody asks.
 */
import type { Stats } from "node:fs"
import { readdir, readFile, stat } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import type { Fact, KnowledgeDocument, Passage, UnreadableDocument } from "@wa/core/knowledge/document"
import { documentOfText, factsOf } from "@wa/core/knowledge/facts"
import { makeSearch, renderDocument } from "@wa/core/knowledge/search"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { Cause, Clock, Effect, Layer, Semaphore } from "effect"
import type { Check } from "../settings/settings.ts"
import { fileBytesMax, isReadable, readPdf, type ToldMistake, unreadable } from "./pdf.ts"

const watchSecondsDefault = 5
/** More files than this are not one small company's; the first by name are read. */
const filesMax = 200

/** A file that changed more recently than this may still be being written. */
const restMillis = 1000

interface Known {
  readonly stamp: string
  readonly read: KnowledgeDocument | UnreadableDocument
  /** The stamp of a newer file that could not be read, once. */
  readonly doubted?: string
}

interface Snapshot {
  readonly documents: ReadonlyArray<KnowledgeDocument>
  readonly unreadable: ReadonlyArray<UnreadableDocument>
  readonly facts: ReadonlyArray<Fact>
  readonly wholeText: string
  readonly search: (query: string, limit: number) => ReadonlyArray<Passage>
}

export const layer = (options: {
  readonly folder: string
  readonly watchSeconds?: number
}): Layer.Layer<KnowledgePort> =>
  Layer.effect(
    KnowledgePort,
    Effect.gen(function* () {
      const watchMillis = (options.watchSeconds ?? watchSecondsDefault) * 1000
      const one = yield* Semaphore.make(1)
      let known: ReadonlyMap<string, Known> = new Map()
      let snapshot = snapshotOf([])
      let lookedAt: number | undefined
      const current = one.withPermits(1)(
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          // A clock set back must not stop the looking.
          if (lookedAt !== undefined && now >= lookedAt && now - lookedAt < watchMillis) return snapshot
          const isFirst = lookedAt === undefined
          const mistakes: Array<readonly [file: string, cause: unknown]> = []
          const next = yield* Effect.promise(() =>
            look(options.folder, known, isFirst, (file, cause) => void mistakes.push([file, cause])),
          )
          for (const [file, cause] of mistakes)
            yield* Effect.logError(`${file} could not be read by a mistake of this program`, Cause.die(cause))
          lookedAt = now
          const isSame = next.size === known.size && [...next].every(([file, entry]) => known.get(file) === entry)
          if (!isSame) {
            known = next
            snapshot = snapshotOf([...next.values()].map((entry) => entry.read))
            const log = snapshot.unreadable.length === 0 ? Effect.logInfo : Effect.logWarning
            yield* log("knowledge read", {
              documents: snapshot.documents.length,
              unreadable: snapshot.unreadable.map((each) => `${each.file}: ${each.why}`),
            })
          }
          if ((isFirst || !isSame) && snapshot.documents.length === 0)
            yield* Effect.logWarning(
              "there are no documents: the agent knows no price and no service, and leaves every such question to a person",
              { folder: options.folder, reads: "*.pdf, *.txt, *.md" },
            )
          return snapshot
        }),
      )
      yield* current
      return portOf(current)
    }),
  )

/** A folder that was named on purpose must be there: otherwise the agent would know nothing, and say so to every client. */
export const knowledgeFolderCheck: Check = ({ KNOWLEDGE_DIR: folder }) =>
  folder === undefined
    ? Effect.succeed([])
    : Effect.promise(() =>
        readdir(folder).then(
          () => [],
          (cause: unknown) => [`KNOWLEDGE_DIR: ${whyNoFolder(cause)}: ${resolve(folder)}`],
        ),
      )
const whyNoFolder = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  return code === "ENOENT" ? "нет такой папки" : code === "ENOTDIR" ? "это не папка" : `папка не читается (${code})`
}

/** The same port over documents in memory. */
export const fromDocuments = (documents: ReadonlyArray<KnowledgeDocument>): Layer.Layer<KnowledgePort> =>
  Layer.sync(KnowledgePort, () => portOf(Effect.succeed(snapshotOf(documents))))

const portOf = (current: Effect.Effect<Snapshot>) =>
  KnowledgePort.of({
    documents: Effect.map(current, (now) => now.documents),
    unreadable: Effect.map(current, (now) => now.unreadable),
    facts: Effect.map(current, (now) => now.facts),
    wholeText: Effect.map(current, (now) => now.wholeText),
    search: (query, limit) => Effect.map(current, (now) => now.search(query, limit)),
  })

const snapshotOf = (read: ReadonlyArray<KnowledgeDocument | UnreadableDocument>): Snapshot => {
  const documents = read.filter(isReadable)
  return {
    documents,
    unreadable: read.filter((each): each is UnreadableDocument => !isReadable(each)),
    facts: documents.flatMap((document) => [...factsOf(document)]),
    wholeText: documents.map((document) => `=== ${document.file} ===\n\n${renderDocument(document)}`).join("\n\n"),
    search: makeSearch(documents),
  }
}

/** What the folder holds now; entries of unchanged files are the very same objects. */
const look = async (
  folder: string,
  known: ReadonlyMap<string, Known>,
  isFirst: boolean,
  mistake: ToldMistake,
): Promise<ReadonlyMap<string, Known>> => {
  const names = await readdir(folder).catch((cause: unknown) => (isMissing(cause) ? [] : undefined))
  // A share that does not answer is no empty folder.
  if (names === undefined) return known
  const files = names
    .filter((name) => /\.(?:pdf|txt|md)$/i.test(name) && !/^[.~]/.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, filesMax)
  const next = new Map<string, Known>()
  for (const file of files) {
    const path = join(folder, file)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) continue
    const before = known.get(file)
    const entry = await entryOf(path, file, found, before, isFirst, mistake)
    if (entry !== undefined) next.set(file, entry)
  }
  return next
}
const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const stampOf = (found: Stats): string => `${found.mtimeMs} ${found.size}`

/** What is known of one file now; undefined while a new file is still being written. */
const entryOf = async (
  path: string,
  file: string,
  found: Stats,
  before: Known | undefined,
  isFirst: boolean,
  mistake: ToldMistake,
): Promise<Known | undefined> => {
  const stamp = stampOf(found)
  if (before?.stamp === stamp) return before
  const age = Date.now() - found.mtimeMs
  if (!isFirst && age >= 0 && age < restMillis) return before
  const read = await readFileOf(path, file, found.size, mistake)
  const after = await stat(path).catch(() => undefined)
  // Read again at the next look, since the stamp differs then.
  if (!isFirst && (after === undefined || stampOf(after) !== stamp)) return before
  const isWorse = before !== undefined && isReadable(before.read) && !isReadable(read)
  return isWorse && before.doubted !== stamp ? { ...before, doubted: stamp } : { stamp, read }
}

/** One file as the folder would read it. */
export const readKnowledgeFile = async (path: string): Promise<KnowledgeDocument | UnreadableDocument> => {
  const found = await stat(path).catch(() => undefined)
  return readFileOf(path, basename(path), found?.size ?? 0, () => {})
}

const readFileOf = async (
  path: string,
  file: string,
  bytes: number,
  mistake: ToldMistake,
): Promise<KnowledgeDocument | UnreadableDocument> => {
  if (bytes > fileBytesMax)
    return unreadable(file, "too_large", `файл больше ${fileBytesMax / 1024 / 1024} МБ: разделите его`)
  const content = await readFile(path).catch(() => undefined)
  if (!content) return unreadable(file, "corrupt", "файл не открывается: проверьте права на чтение")
  return /\.pdf$/i.test(file) ? readPdf(content, file, mistake) : readPlainText(content, file)
}

/** UTF-8, or the Windows-1251 of old Russian programs. */
const readPlainText = (bytes: Uint8Array, file: string): KnowledgeDocument | UnreadableDocument => {
  const text = decoded(bytes)
  if (text.includes("\0")) return unreadable(file, "corrupt", "это не текстовый файл: сохраните его как текст или PDF")
  const document = documentOfText(text, file)
  return document.blocks.length === 0 ? unreadable(file, "empty", "в файле нет текста") : document
}

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder("windows-1251").decode(bytes)
  }
}
