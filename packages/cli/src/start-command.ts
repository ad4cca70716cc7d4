/** `wa start`: everything in one process. */
import { join, resolve } from "node:path"
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
    const [{ bothOrNone, environment, holidaysCheck, readForProgram }, { modelCheck }, { knowledgeFolderCheck }] =
      yield* Effect.promise(() =>
        Promise.all([
          import("@wa/adapters/settings/settings"),
          import("@wa/adapters/model/brain"),
          import("@wa/adapters/knowledge/knowledge-folder"),
        ]),
      )
    const env = environment(process.cwd())
    const project = projectFolder()
    const settings = yield* readForProgram(
      [],
      [
        bothOrNone("WAPPI_TOKEN", "WAPPI_PROFILE_ID"),
        bothOrNone("GATEWAY_DATABASE_URL", "AGENT_DATABASE_URL"),
        modelCheck({ isRequired: false, promptsFolder: join(project, "prompts") }),
        holidaysCheck,
        knowledgeFolderCheck,
      ],
      {
        ...env,
        ...(Option.isSome(port) ? { PORT: String(port.value) } : {}),
        DATA_DIR: resolve(Option.getOrElse(data, () => env["DATA_DIR"] ?? "data")),
      },
    )
    const { start } = yield* Effect.promise(() => import("./start/start.ts"))
    return yield* start({ settings, project, host })
  }),
).pipe(Command.withDescription("Запустить всё в одном процессе"))
