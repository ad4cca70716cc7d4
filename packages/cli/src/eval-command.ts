/** `wa eval`: the moderator, the guard and whole dialogues, measured over data sets. */
import { existsSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CheckFailed, WrongUsage } from "./ending.ts"
import type { DialoguesScore } from "./eval/dialogues.ts"
import type { Examinee } from "./eval/eval-brain.ts"
import type { GuardMistake, GuardScore } from "./eval/guard.ts"
import type { Label, ModeratorScore } from "./eval/moderator.ts"
import { paint, print, projectFolder } from "./terminal.ts"

const file = Argument.String("file").pipe(Argument.withDescription("Файл JSONL: объект на строку, docs/EVALUATION.md"))
const json = Flag.Boolean("json").pipe(Flag.withDescription("Один объект JSON"), Flag.withDefault(false))
const cassette = Flag.String("cassette").pipe(
  Flag.withDescription("Файл с записанными ответами модели: они воспроизводятся бесплатно"),
  Flag.optional,
)
const record = Flag.Boolean("record").pipe(
  Flag.withDescription("Спросить модель о том, чего в кассете нет, и дописать ответы"),
  Flag.withDefault(false),
)
const threshold = (name: string, about: string) =>
  Flag.Finite(name).pipe(Flag.withDescription(`${about}; доля 0..1, иначе код выхода 1`), Flag.optional)

/** A share that a person asked for. One typed as per cent is a slip worth telling. */
const shareOf = (name: string, given: Option.Option<number>) =>
  Option.match(given, {
    onNone: () => Effect.succeed(null),
    onSome: (value) =>
      value >= 0 && value <= 1
        ? Effect.succeed(value)
        : new WrongUsage({ why: `--${name}: нужна доля от 0 до 1, например 0.85, а не ${value}` }),
  })

const percent = (share: number | null) => (share === null ? "—" : `${(share * 100).toFixed(1)} %`)

const examinee = (project: string, tape: Option.Option<string>, isRecording: boolean) =>
  Effect.gen(function* () {
    const { examineeOf } = yield* Effect.promise(() => import("./eval/eval-brain.ts"))
    return yield* examineeOf({ project, cassette: Option.getOrNull(tape), record: isRecording })
  })
const nameOf = (who: Examinee) =>
  who.isOffline
    ? "офлайн-мозг (ключа модели нет; задайте GEMINI_API_KEY или OPENAI_API_KEY и OPENAI_MODEL, чтобы измерить её)"
    : who.name
const tapeOf = (who: Examinee): string | null => {
  if (who.tally === null) return null
  const { recorded, replayed } = who.tally()
  return `Кассета: ответов воспроизведено ${replayed}, записано ${recorded}.`
}
/** A score over silence is no score. */
const checkTape = (who: Examinee) => {
  const missing = who.tally?.().missing ?? 0
  return missing === 0
    ? Effect.void
    : new WrongUsage({ why: `в кассете нет ответов на вопросы модели: ${missing}; запишите их с --record` })
}

const ending = (unmet: ReadonlyArray<string>, isJson: boolean) =>
  Effect.gen(function* () {
    if (unmet.length === 0) return
    for (const line of unmet)
      yield* isJson ? Effect.sync(() => process.stderr.write(`${line}\n`)) : print(paint("red", line))
    return yield* new CheckFailed()
  })
const below = (what: string, is: number, least: number | null) =>
  least !== null && is < least ? [`${what}: ${percent(is)}, нужно не меньше ${percent(least)}`] : []
const above = (what: string, is: number, most: number | null) =>
  most !== null && is > most ? [`${what}: ${percent(is)}, можно не больше ${percent(most)}`] : []

const moderator = Command.make(
  "moderator",
  {
    file,
    json,
    cassette,
    record,
    minAccuracy: threshold("min-accuracy", "Наименьшая точность"),
    maxLostClients: threshold("max-lost-clients", "Сколько клиентов можно принять за посторонних"),
  },
  Effect.fn(function* (given) {
    const least = yield* shareOf("min-accuracy", given.minAccuracy)
    const most = yield* shareOf("max-lost-clients", given.maxLostClients)
    const { readLines } = yield* Effect.promise(() => import("./eval/data-file.ts"))
    const { Opening, scoreModerator } = yield* Effect.promise(() => import("./eval/moderator.ts"))
    const openings = yield* readLines(given.file, Opening)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const who = yield* examinee(projectFolder(), given.cassette, given.record)
        const score = yield* scoreModerator(who.port, openings).pipe(
          Effect.catchTag("CannotRun", (error) => Effect.andThen(checkTape(who), Effect.fail(error))),
        )
        yield* print(
          given.json
            ? JSON.stringify({ file: given.file, model: who.name, ...score })
            : [moderatorText(given.file, nameOf(who), score), tapeOf(who)].filter((part) => part !== null).join("\n"),
        )
        yield* ending(
          [...below("точность", score.accuracy, least), ...above("потеряно клиентов", score.lost.share, most)],
          given.json,
        )
      }),
    )
  }),
).pipe(Command.withDescription("Как модератор отличает клиентов: точность, матрица ошибок, калибровка, цена"))

const labelNames: Readonly<Record<Label, string>> = {
  client: "клиент",
  not_client: "не клиент",
  unknown: "неизвестно",
}

const moderatorText = (path: string, name: string, score: ModeratorScore): string => {
  const labels = ["client", "not_client", "unknown"] as const
  const cell = (text: string | number) => String(text).padStart(12)
  return [
    paint("bold", `${path}: ${score.openings} начал переписки`),
    `Модератор: ${name}`,
    "",
    `${"на деле \\ решил".padEnd(16)}${labels.map((label) => cell(labelNames[label])).join("")}`,
    ...labels.map(
      (label) =>
        `${labelNames[label].padEnd(16)}${labels.map((verdict) => cell(score.confusion[label][verdict])).join("")}`,
    ),
    "",
    `Точность: ${percent(score.accuracy)}`,
    `Клиент: точность ${percent(score.client.precision)}, полнота ${percent(score.client.recall)}`,
    `Клиентов принято за посторонних: ${score.lost.count} (${percent(score.lost.share)})`,
    `Токенов на решение: ${score.cost.tokens_per_decision.toFixed(0)} (вход ${score.cost.prompt_tokens}, из них из кеша ${score.cost.cached_tokens}, выход ${score.cost.output_tokens})`,
    "",
    `Калибровка (ECE ${score.calibration.ece.toFixed(3)}):`,
    ...score.calibration.bins.map(
      (bin) =>
        `  ${bin.from.toFixed(1)}–${bin.to.toFixed(1)}  решений ${String(bin.count).padStart(4)}, уверенность ${bin.confidence.toFixed(2)}, верно ${percent(bin.accuracy)}`,
    ),
    ...(score.mistakes.length === 0 ? [] : ["", `Ошибки (${score.mistakes.length}):`]),
    ...score.mistakes.map(
      (one) =>
        `  строка ${one.line}: ${labelNames[one.label]} → ${labelNames[one.verdict]} (${one.confidence.toFixed(2)}): ${one.messages.join(" / ")}\n${paint("dim", `      ${one.reasoning}`)}`,
    ),
  ].join("\n")
}

const guard = Command.make(
  "guard",
  {
    file,
    json,
    minAccuracy: threshold("min-accuracy", "Наименьшая точность"),
    maxFalseAccepts: threshold("max-false-accepts", "Сколько негодных ответов можно пропустить"),
    maxFalseRefusals: threshold("max-false-refusals", "Сколько годных ответов можно задержать"),
  },
  Effect.fn(function* (given) {
    const least = yield* shareOf("min-accuracy", given.minAccuracy)
    const accepts = yield* shareOf("max-false-accepts", given.maxFalseAccepts)
    const refusals = yield* shareOf("max-false-refusals", given.maxFalseRefusals)
    const { readLines } = yield* Effect.promise(() => import("./eval/data-file.ts"))
    const { GuardLine, scoreGuard } = yield* Effect.promise(() => import("./eval/guard.ts"))
    const score = scoreGuard(yield* readLines(given.file, GuardLine))
    yield* print(given.json ? JSON.stringify({ file: given.file, ...score }) : guardText(given.file, score))
    yield* ending(
      [
        ...below("точность", score.accuracy, least),
        ...above("пропущено негодных", score.false_accept_rate, accepts),
        ...above("задержано годных", score.false_refusal_rate, refusals),
      ],
      given.json,
    )
  }),
).pipe(Command.withDescription("Что пропускает и что задерживает проверка ответов"))

const guardText = (path: string, score: GuardScore): string => {
  const told = (title: string, mistakes: ReadonlyArray<GuardMistake>) =>
    mistakes.length === 0
      ? []
      : [
          "",
          `${title} (${mistakes.length}):`,
          ...mistakes.map((one) =>
            [
              `  строка ${one.line} [${one.why}]: ${one.draft}`,
              ...one.reasons.map((reason) => paint("dim", `      ${reason.code}: ${reason.detail}`)),
            ].join("\n"),
          ),
        ]
  return [
    paint("bold", `${path}: ${score.cases} ответов, годных ${score.should_pass}, негодных ${score.should_refuse}`),
    `Точность: ${percent(score.accuracy)}`,
    `Пропущено негодных: ${score.false_accepts.length} (${percent(score.false_accept_rate)})`,
    `Задержано годных: ${score.false_refusals.length} (${percent(score.false_refusal_rate)})`,
    ...told("Пропущено, хотя нельзя", score.false_accepts),
    ...told("Задержано зря", score.false_refusals),
  ].join("\n")
}

const dialogues = Command.make(
  "dialogues",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("Сценарии YAML, docs/SCENARIOS.md"),
      Argument.variadic(),
    ),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Все из scenarios/ и evals/dialogues/"),
      Flag.withDefault(false),
    ),
    repeats: Flag.Int("repeats").pipe(Flag.withDescription("Сколько раз играть каждый"), Flag.withDefault(1)),
    json,
    cassette,
    record,
    minPass: threshold("min-pass", "Наименьшая доля диалогов, сошедшихся каждый раз"),
  },
  Effect.fn(function* (given) {
    const least = yield* shareOf("min-pass", given.minPass)
    if (given.repeats < 1 || given.repeats > 100)
      return yield* new WrongUsage({ why: `--repeats: от 1 до 100, а не ${given.repeats}` })
    if (given.all === given.files.length > 0)
      return yield* new WrongUsage({ why: "назовите файлы сценариев или --all, одно из двух" })
    const project = projectFolder()
    const files = given.all ? everyDialogue(project) : given.files
    const absent = files.find((one) => !existsSync(one))
    if (absent !== undefined) return yield* new WrongUsage({ why: `нет такого файла: ${absent}` })
    const { scoreDialogues } = yield* Effect.promise(() => import("./eval/dialogues.ts"))
    yield* Effect.scoped(
      Effect.gen(function* () {
        const who = yield* examinee(project, given.cassette, given.record)
        const score = yield* scoreDialogues(files, {
          repeats: given.repeats,
          knowledgeFolder: join(project, "knowledge_base"),
          brain: who.isOffline ? null : who.port,
        })
        yield* checkTape(who)
        const shown = {
          ...score,
          results: score.results.map((one) => ({ ...one, file: given.all ? relative(project, one.file) : one.file })),
        }
        yield* print(
          given.json
            ? JSON.stringify({ model: who.name, ...shown })
            : [dialoguesText(nameOf(who), shown), tapeOf(who)].filter((part) => part !== null).join("\n"),
        )
        yield* ending(below(`pass^${score.repeats}`, score.pass_k, least), given.json)
      }),
    )
  }),
).pipe(Command.withDescription("Сценарии целиком: сходятся ли один раз и каждый раз (pass^1, pass^k)"))

export const everyDialogue = (project: string): ReadonlyArray<string> =>
  ["scenarios", join("evals", "dialogues")].flatMap((folder) =>
    existsSync(join(project, folder))
      ? readdirSync(join(project, folder))
          .filter((name) => name.endsWith(".yaml"))
          .sort()
          .map((name) => join(project, folder, name))
      : [],
  )

const dialoguesText = (name: string, score: DialoguesScore): string =>
  [
    paint("bold", `Диалогов ${score.dialogues}, каждый ${score.repeats} раз`),
    `Отвечает: ${name}`,
    ...score.results
      .filter((one) => one.passed < score.repeats)
      .map((one) =>
        [
          paint("red", `  ✗ ${one.name} (${one.file}): ${one.passed} из ${score.repeats}`),
          ...one.failures.map((failure) => paint("dim", `      ${failure}`)),
        ].join("\n"),
      ),
    `pass^1: ${percent(score.pass_1)}`,
    ...(score.repeats === 1 ? [] : [`pass^${score.repeats}: ${percent(score.pass_k)}`]),
  ].join("\n")

export const evalCommand = Command.make("eval").pipe(
  Command.withDescription("Измерить модератора, проверку ответов и диалоги на наборах данных"),
  Command.withSubcommands([moderator, guard, dialogues]),
)
