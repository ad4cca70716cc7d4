/**
 * PostgreSQL inside this process, kept in a folder: the same client, SQL and errors as with a server, over an in-process
 * stream. It has one session, so there is one connection, and whoever holds a transaction holds everybody up: nothing but
 * SQL may be waited for inside one.
 * Promises: what was committed survives a crash or `kill -9` of the process; a second process is refused. Does not promise
 * to survive a power cut: it leaves the syncing to the operating system. One long query blocks the whole process.
 */
import { execFile } from "node:child_process"
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { Duplex } from "node:stream"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { PgClient } from "@effect/sql-pg"
import type { PGlite } from "@electric-sql/pglite"
import { Effect, Layer, Schema } from "effect"

/** Another process has the folder. */
export class DataFolderLocked extends Schema.TaggedError<DataFolderLocked>()("DataFolderLocked", {
  folder: Schema.String,
  pid: Schema.Int,
  file: Schema.String,
}) {
  override get message() {
    return `the database in ${this.folder} is in use by the process ${this.pid}: stop it first (the lock is ${this.file})`
  }
}

/** It could not be opened: no disk, no rights, or damaged. */
export class DatabaseNotOpened extends Schema.TaggedError<DatabaseNotOpened>()("DatabaseNotOpened", {
  folder: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `the database in ${this.folder} cannot be opened: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

const sslRequest = 80877103
const cancelRequest = 80877102
const terminate = 0x58

/** One in-process wire connection. `setUp` runs in the session whenever the client connects to it. */
const pgliteStream = (db: PGlite, setUp: string) => (): Duplex => {
  let isStarted = false
  return new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const code = !isStarted && chunk.length >= 8 ? chunk.readInt32BE(4) : 0
      if (code === sslRequest) {
        this.push("N")
        return done()
      }
      // Nobody else to tell; and Terminate must not reach a session that outlives its connections.
      if (code === cancelRequest || (isStarted && chunk[0] === terminate)) {
        this.push(null)
        return done()
      }
      const isFirst = !isStarted
      isStarted = true
      const run = async () => {
        if (isFirst) {
          // Two calls, because DISCARD ALL refuses an implicit transaction.
          await db.exec("ROLLBACK")
          await db.exec("DISCARD ALL")
          await db.exec(setUp)
        }
        await db.runExclusive(() =>
          db.execProtocolRawStream(new Uint8Array(chunk), {
            onRawData: (data) => void this.push(Buffer.from(data)),
          }),
        )
      }
      run().then(() => done(), done)
    },
    final(done) {
      this.push(null)
      done()
    },
  })
}

/** When the process began, in the kernel's ticks: a number that a later process of the same id does not share. */
const beginningOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return "" // not Linux: the id alone must do
  }
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Folders of this process: its own id in the file would look like a file left by an earlier process of the same id. */
const held = new Set<string>()

const createOnce = (file: string, content: string): boolean => {
  try {
    const handle = openSync(file, "wx")
    writeSync(handle, content)
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/** The id of the process that holds the file, or undefined when that one is gone. */
const holderOf = (file: string): number | undefined => {
  let content: string
  try {
    content = readFileSync(file, "utf8")
  } catch {
    return undefined
  }
  const [id, beginning = ""] = content.trim().split(" ")
  const pid = Number(id)
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  if (pid === process.pid && beginning === beginningOf(pid)) return held.has(file) ? pid : undefined
  return isAlive(pid) && (beginning === "" || beginning === beginningOf(pid)) ? pid : undefined
}

/** Made a moment ago, and without its content yet. */
const isBeingWritten = (file: string): boolean => {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat !== undefined && stat.size === 0 && Date.now() - stat.mtimeMs < writingMsMax
}

const writingMsMax = 1_000
const takeoverMsMax = 10_000

/** True when it is ours; otherwise the id of the process that has it. */
const takeLock = (file: string): true | number => {
  const content = `${process.pid} ${beginningOf(process.pid)}`
  for (;;) {
    if (createOnce(file, content)) return true
    if (isBeingWritten(file)) continue
    const holder = holderOf(file)
    if (holder !== undefined) return holder
    // One process at a time clears a stale lock away, or the second would clear away the fresh lock of the first.
    const takeover = `${file}.takeover`
    if (!createOnce(takeover, content)) {
      const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > takeoverMsMax) rmSync(takeover, { force: true })
      continue
    }
    try {
      if (holderOf(file) === undefined) rmSync(file, { force: true })
    } finally {
      rmSync(takeover, { force: true })
    }
  }
}

/** Held for the life of the scope. One process at a time has what lies in the folder, and beside it. */
export const lockFolder = (folder: string) =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      mkdirSync(dirname(folder), { recursive: true })
      const file = join(realpathSync(dirname(folder)), `${basename(folder)}.lock`)
      const taken = takeLock(file)
      if (taken !== true) return Effect.fail(new DataFolderLocked({ folder, pid: taken, file }))
      held.add(file)
      return Effect.succeed(file)
    }).pipe(Effect.catchDefect((cause) => Effect.fail(new DatabaseNotOpened({ folder, cause })))),
    (file) =>
      Effect.sync(() => {
        held.delete(file)
        rmSync(file, { force: true })
      }),
  )

/** Made beside its place and then moved there, so that a crash in between leaves no half of a database. */
const initialise = async (folder: string, signal: AbortSignal): Promise<void> => {
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  await promisify(execFile)(
    process.execPath,
    ["--liftoff-only", fileURLToPath(new URL("./pglite-init.ts", import.meta.url)), fresh],
    {
      signal,
    },
  )
  renameSync(fresh, folder)
}

export interface EmbeddedOptions {
  /** Where it is kept; undefined keeps it in memory. */
  readonly folder?: string
  /** The caller holds `lockFolder` of it already. */
  readonly isLocked?: boolean
  /** Schemas in which unqualified tables are looked for: each program has one of its own. */
  readonly schemas?: ReadonlyArray<string>
}

export const embeddedSchemas = ["gateway", "agent"] as const

/** The default of 128 MB would be resident in this process; a shop's chats fit a fraction. */
const sharedBuffers = "16MB"

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

export const layer = (options: EmbeddedOptions = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { folder, schemas = embeddedSchemas } = options
      if (folder !== undefined && options.isLocked !== true) yield* lockFolder(folder)
      if (folder !== undefined && !existsSync(join(folder, "PG_VERSION")))
        yield* Effect.tryPromise({
          try: (signal) => initialise(folder, signal),
          catch: (cause) => new DatabaseNotOpened({ folder, cause }),
        })
      const db = yield* Effect.acquireRelease(
        Effect.tryPromise({
          try: async () => {
            // Loaded only when it is wanted: a program with a server need not carry it.
            const { PGlite } = await import("@electric-sql/pglite")
            const startParams = [...PGlite.defaultStartParams, "-c", `shared_buffers=${sharedBuffers}`]
            return await PGlite.create({ ...(folder === undefined ? {} : { dataDir: folder }), startParams })
          },
          catch: (cause) => new DatabaseNotOpened({ folder: folder ?? "memory", cause }),
        }),
        (opened) => Effect.promise(() => opened.close()),
      )
      return PgClient.layer({
        stream: pgliteStream(db, `SET search_path TO ${[...schemas, "public"].map(quoted).join(", ")}`),
        maxConnections: 1,
        // Otherwise the pool drops the idle connection.
        minConnections: 1,
        ssl: false,
        username: "postgres",
        database: "postgres",
      })
    }),
  )
