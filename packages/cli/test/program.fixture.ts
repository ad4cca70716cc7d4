/** Our programs as real processes: started, waited for, measured, killed. Ends only what it started. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert } from "@effect/vitest"

export const root = fileURLToPath(new URL("../../..", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}
export interface Program {
  readonly pid: number
  /** Everything it printed so far, logs included. */
  readonly said: () => string
  readonly hasEnded: () => boolean
  readonly ended: Promise<Ended>
  /** Sends the signal and waits for the end. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Promise<Ended>
}

const started = new Set<ChildProcess>()

/** A folder of packed programs (`npm run pack -- gateway FOLDER/gateway`), to be measured in place of the sources. */
const packed = process.env["WA_PACKED"]
const nodeArgs = (main: string): ReadonlyArray<string> => {
  const app = /^packages\/(\w+)-app\/src\/main\.ts$/.exec(main)?.[1]
  return packed !== undefined && app !== undefined
    ? [
        ...(process.env["WA_NODE_FLAGS"] ?? "--enable-source-maps").split(" ").filter(Boolean),
        join(packed, app, "dist/main.js"),
      ]
    : // As `scripts/boot.mjs` starts it.
      ["--liftoff-only", ...(main === "packages/cli/src/main.ts" ? ["--max-semi-space-size=8"] : []), join(root, main)]
}

/** The environment holds these settings and none of whoever runs the tests. */
export const startProgram = (
  main: string,
  args: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>>,
): Program => {
  const child = spawn(process.execPath, [...nodeArgs(main), ...args], {
    // No `.env` of anybody.
    cwd: tmpdir(),
    env: {
      PATH: process.env["PATH"],
      WA_ROOT: root,
      // A restart is most of the time of a kill test, and compiling is most of a restart.
      NODE_COMPILE_CACHE: join(tmpdir(), "wa-e2e-compile-cache"),
      ...settings,
    },
  })
  started.add(child)
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString()
    })
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) => {
      started.delete(child)
      resolve({ code, signal })
    }),
  )
  return {
    pid: child.pid!,
    said: () => said,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

/** For `afterAll`: nothing outlives a test that failed in the middle. */
export const endAll = async (): Promise<void> => {
  const ends = [...started].map((child) => new Promise((resolve) => child.once("close", resolve)))
  for (const child of started) child.kill("SIGKILL")
  await Promise.all(ends)
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asked until it answers something: another process has no clock of ours. `told` is added to a failure. */
export const until = async <A>(
  what: string,
  secondsMax: number,
  ask: () => Promise<A | undefined> | A | undefined,
  told: () => string = () => "",
): Promise<A> => {
  const deadline = Date.now() + secondsMax * 1000
  let failure: unknown
  for (;;) {
    const answer = await (async () => ask())().catch((error: unknown) => {
      failure = error
      return undefined
    })
    if (answer !== undefined) return answer
    if (Date.now() > deadline)
      assert.fail(
        `not within ${secondsMax} s: ${what}${failure === undefined ? "" : `\n${String(failure)}`}\n${told()}`,
      )
    await pause(50)
  }
}

/** A port that stays ours over restarts: below the range from which outgoing connections take theirs. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once("error", () => resolve(false))
      server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/** Linux only: megabytes in memory now, and at the most so far. */
export const memoryOf = (pid: number): { readonly nowMb: number; readonly peakMb: number } => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const mb = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024)
  return { nowMb: mb("VmRSS"), peakMb: mb("VmHWM") }
}

export interface Wire {
  /** The address with our end of the wire in it. */
  readonly url: string
  /** Breaks it, and refuses whoever comes. */
  readonly cut: () => void
  readonly mend: () => void
  readonly close: () => void
}

/** A wire to a server that others use, too: ours can be cut without them. */
export const wireTo = async (to: string, defaultPort: number): Promise<Wire> => {
  const url = new URL(to)
  const far = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) || defaultPort }
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    near.on("error", () => {})
    if (isCut) return void near.destroy()
    const other = connect(far)
    for (const [from, into] of [
      [near, other],
      [other, near],
    ] as const) {
      sockets.add(from)
      from.on("error", () => into.destroy())
      from.on("close", () => {
        sockets.delete(from)
        into.destroy()
      })
      from.pipe(into)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url.hostname = "127.0.0.1"
  url.port = String((server.address() as { port: number }).port)
  const sever = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut: () => {
      isCut = true
      sever()
    },
    mend: () => {
      isCut = false
    },
    close: () => {
      sever()
      server.close()
    },
  }
}

/** The same numbers for the same seed (mulberry32); `WA_SEED` repeats a run. */
export const makeDice = (given = process.env["WA_SEED"]) => {
  const seed = given === undefined || given === "" ? Math.floor(Math.random() * 2 ** 32) : Number(given) >>> 0
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    seed,
    /** In [min, max). */
    between: (min: number, max: number) => min + next() * (max - min),
    chance: (of: number) => next() < of,
    one: <A>(list: ReadonlyArray<A>): A => list[Math.floor(next() * list.length)]!,
  }
}
