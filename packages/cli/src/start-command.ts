/** `wa start`: everything in one process. */
import { resolve } from "node:path"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { projectFolder } from "./terminal.ts"

export const startCommand = Command.make(
  "start",
  {
    port: Flag.Int("port").pipe(Flag.withDescription("Порт страницы (PORT), по умолчанию 8001"), Flag.optional),
    data: Flag.String("data").pipe(Flag.withDescription("Папка данных (DATA_DIR)"), Flag.optional),
    host: Flag.String("host").pipe(Flag.withDescription("Адрес, на котором слушать"), Flag.withDefault("127.0.0.1")),
  },
  Effect.fn(function* ({ port, data, host }) {
    const { environment, readSettings, WrongSettings } = yield* Effect.promise(
      () => import("@wa/adapters/settings/settings"),
    )
    const env = environment(process.cwd())
    const settings = yield* Effect.try({
      try: () =>
        readSettings({
          ...env,
          ...(Option.isSome(port) ? { PORT: String(port.value) } : {}),
          DATA_DIR: resolve(Option.getOrElse(data, () => env["DATA_DIR"] ?? "data")),
        }),
      catch: (error) => (error instanceof WrongSettings ? error : new WrongSettings({ problems: [String(error)] })),
    })
    const { start } = yield* Effect.promise(() => import("./start/start.ts"))
    return yield* start({ settings, project: projectFolder(), host })
  }),
).pipe(Command.withDescription("Запустить всё в одном процессе"))
