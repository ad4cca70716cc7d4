/** `wa chat`: you are the client, in the terminal. The real programs answer on a virtual clock, so nobody waits eight seconds. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline/promises"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { WrongUsage } from "./ending.ts"
import { paint, print, projectFolder } from "./terminal.ts"

const help = [
  "Пишите как клиент. Команды:",
  "  /next            перемотать к следующему событию (касание, конец паузы)",
  "  /wait 24h        подождать столько времени",
  "  /operator ТЕКСТ  написать в чат как сотрудник",
  "  /why             почему бот ответил так",
  "  /quit            закончить",
].join("\n")

export const chatCommand = Command.make(
  "chat",
  {
    knowledge: Flag.String("knowledge").pipe(
      Flag.withDescription("Папка с документами; по умолчанию knowledge_base"),
      Flag.optional,
    ),
  },
  Effect.fn(function* ({ knowledge }) {
    const { openTalk } = yield* Effect.promise(() => import("./simulate/talk.ts"))
    const folder = Option.getOrElse(knowledge, () => join(projectFolder(), "knowledge_base"))
    if (!existsSync(folder)) return yield* new WrongUsage({ why: `нет такой папки: ${folder}` })
    yield* Effect.scoped(
      Effect.gen(function* () {
        const talk = yield* openTalk(folder)
        yield* print(`${help}\n\n${paint("dim", `Сейчас ${talk.clock()}`)}`)
        const lines = yield* Effect.acquireRelease(
          Effect.sync(() => createInterface({ input: process.stdin, terminal: false })),
          (opened) => Effect.sync(() => opened.close()),
        )
        const reader = lines[Symbol.asyncIterator]()
        for (;;) {
          if (process.stdin.isTTY) process.stdout.write(paint("cyan", "вы> "))
          const { value, done } = yield* Effect.promise(() => reader.next())
          const line = done === true ? "/quit" : String(value).trim()
          if (line === "/quit") return
          if (line === "") continue
          for (const said of yield* talk.say(line)) yield* print(said)
        }
      }),
    )
  }),
).pipe(Command.withDescription("Поговорить с ботом в терминале, как клиент"))
