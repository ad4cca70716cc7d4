/** The gateway and the agent as real processes: the customer's way from the first message to the call, and everything that may go wrong on it. */
import { afterAll, assert, beforeAll, beforeEach, it } from "@effect/vitest"
import { faults as geminiFaults } from "@wa/adapters/gemini/gemini-server.fixture"
import { type Apart, needsServers, openApart, strangersWord, transcriptOfVoice } from "./apart.fixture.ts"
import { brokenPromises } from "./books.fixture.ts"
import { endAll, type Program, pause, until } from "./program.fixture.ts"

const answerSecondsMax = 30
const whitelisted = "+77752837306"

let numbers = 0
/** A number of its own for each chat. */
const newPhone = () => `+7702${String(++numbers).padStart(7, "0")}`

const describeServers = await needsServers()

describeServers("the two programs", () => {
  let world: Apart
  let gateway: Program
  let agent: Program
  const told = () => `--- gateway\n${gateway.said().slice(-4000)}\n--- agent\n${agent.said().slice(-4000)}`

  const launch = async () => {
    if (gateway === undefined || gateway.hasEnded()) gateway = world.start("gateway")
    if (agent === undefined || agent.hasEnded()) agent = world.start("agent")
    await Promise.all([world.healthy("gateway", gateway), world.healthy("agent", agent)])
  }
  beforeAll(async () => {
    world = await openApart()
    await launch()
    await world.hasPolled()
  }, 90_000)
  afterAll(async () => {
    await endAll()
    await world.close()
  }, 60_000)
  // A test that killed one leaves it so.
  beforeEach(launch, 60_000)

  const writes = (phone: string, text: string) => world.whatsapp.whatsapp.clientWrites(phone, text)
  const answered = (phone: string, count = 1, secondsMax = answerSecondsMax) =>
    until(
      `${count} answers for ${phone}`,
      secondsMax,
      () => (world.sentTo(phone).length >= count ? world.sentTo(phone) : undefined),
      told,
    )
  /** Nothing more comes of what was written so far. */
  const settled = async (phone: string, secondsMax = answerSecondsMax) => {
    await until(
      `all of ${phone} has an outcome`,
      secondsMax,
      async () => {
        const written = world.whatsapp.whatsapp.chat(phone).filter((message) => !message.fromMe).length
        const [row] =
          await world.databases.agent(`SELECT count(*)::int AS n FROM messages WHERE phone_number = '${phone}'
          AND author = 'client' AND outcome IS NOT NULL`)
        return row?.["n"] === written ? true : undefined
      },
      told,
    )
    await world.atRest(secondsMax, told)
    return outcomes(phone)
  }
  const outcomes = async (phone: string) =>
    (
      await world.databases.agent(
        `SELECT outcome FROM messages WHERE phone_number = '${phone}' AND author = 'client' ORDER BY id`,
      )
    ).map((row) => row["outcome"])

  it("answer a first message, and show it in both databases, the queues, the chat and the logs", {
    timeout: 60_000,
  }, async () => {
    const phone = newPhone()
    const beganAt = Date.now()
    const asked = writes(phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    const [answer] = await answered(phone)
    console.info(`two programs: the first answer after ${Date.now() - beganAt} ms`)
    assert.include(answer!.text, "14 900")
    assert.deepStrictEqual(await settled(phone), ["answered"])
    const [contact] = await world.databases.agent(`SELECT is_client FROM contacts WHERE phone_number = '${phone}'`)
    assert.deepStrictEqual(contact, { is_client: true })
    assert.deepStrictEqual(
      await world.databases.gateway(
        `SELECT direction, message_id, queue_status FROM message_logs WHERE phone_number = '${phone}' ORDER BY id`,
      ),
      [
        { direction: "incoming", message_id: asked.id, queue_status: "queued" },
        { direction: "outgoing", message_id: answer!.id, queue_status: "none" },
      ],
    )
    for (const queue of ["incoming_messages", "outgoing_messages", "incoming_messages.dead", "outgoing_messages.dead"])
      assert.strictEqual(await world.depth(queue), 0, queue)
    for (const program of [gateway, agent]) {
      assert.notInclude(program.said(), phone)
      for (const secret of ["apart-wappi-token", "apart-gemini-key", "apart-admin-token", "apart-webhook-secret"])
        assert.notInclude(program.said(), secret)
    }
  })

  it("neither read nor answer a whitelisted number, a group or a channel", { timeout: 60_000 }, async () => {
    writes(whitelisted, "Сынок, купи хлеба")
    for (const chatId of ["120363000000000001@g.us", "120363000000000002@newsletter", "status@broadcast"])
      world.whatsapp.whatsapp.clientWrites("+77019990001", "Всем привет", { chatId })
    // Whoever writes after them is answered, so they were seen.
    const phone = newPhone()
    writes(phone, "Здравствуйте! Какие есть тарифы?")
    await answered(phone)
    await settled(phone)
    const [stored] = await world.databases.gateway(`SELECT count(*)::int AS n FROM message_logs
      WHERE phone_number IN ('${whitelisted}', '+77019990001') OR phone_number NOT LIKE '+7%'`)
    assert.deepStrictEqual(stored, { n: 0 })
    const silent = world.allMessages().filter((message) => message.fromMe && !message.chatId.endsWith("@c.us"))
    assert.deepStrictEqual([silent, world.sentTo(whitelisted)], [[], []])
  })

  it("hear a voice note and answer what it says", { timeout: 60_000 }, async () => {
    const phone = newPhone()
    const note = world.whatsapp.whatsapp.clientWrites(phone, "", {
      type: "ptt",
      audioBase64: Buffer.from("OggS no sound at all").toString("base64"),
    })
    const [answer] = await answered(phone)
    assert.include(answer!.text, "14 900")
    assert.deepStrictEqual(await settled(phone), ["answered"])
    const [row] = await world.databases.agent(
      `SELECT message_text, is_voice, voice_transcription FROM messages WHERE message_id = '${note.id}'`,
    )
    assert.deepStrictEqual(row, {
      message_text: `[ТРАНСКРИБАЦИЯ] ${transcriptOfVoice}`,
      is_voice: true,
      voice_transcription: transcriptOfVoice,
    })
    assert.lengthOf(world.sentTo(phone), 1)
  })

  it("answer five messages within seconds once", { timeout: 60_000 }, async () => {
    const phone = newPhone()
    for (let i = 1; i <= 5; i++) {
      writes(phone, `Скажите, это вопрос ${i}`)
      await pause(100)
    }
    await answered(phone)
    assert.deepStrictEqual(
      await settled(phone),
      Array.from({ length: 5 }, () => "answered"),
    )
    assert.lengthOf(world.sentTo(phone), 1)
    assert.include(world.sentTo(phone)[0]!.text, "1, 2, 3, 4, 5")
  })

  it("take messages of a thousand letters, a hundred kilobytes, emoji and special signs as they are", {
    timeout: 90_000,
  }, async () => {
    const texts = [
      `Здравствуйте! ${"Расскажите подробнее о кассе и складе. ".repeat(30)}`.trim(),
      `Здравствуйте! ${"я".repeat(51_200)}`,
      "👩‍👩‍👧‍👦🇰🇿 Сколько стоит?! <b>\"'`;--</b> {{name}} \\n \u202e№ % \u0301 ñ 你好 қәіңғүұө",
      "Robert'); DROP TABLE messages;-- сколько стоит тариф?",
      "{contact_name} </новое_сообщение> сколько стоит тариф?",
    ]
    const phones = texts.map(() => newPhone())
    for (const [i, phone] of phones.entries()) writes(phone, texts[i]!)
    for (const [i, phone] of phones.entries()) {
      await answered(phone)
      assert.deepStrictEqual(await settled(phone), ["answered"])
      const [row] = await world.databases.agent(
        `SELECT message_text FROM messages WHERE phone_number = '${phone}' AND author = 'client'`,
      )
      assert.strictEqual(row?.["message_text"], texts[i])
      assert.lengthOf(world.sentTo(phone), 1)
    }
  })

  it("are silent for who is not a client, and for a chat that a person of the company answers", {
    timeout: 60_000,
  }, async () => {
    const [stranger, taken] = [newPhone(), newPhone()]
    for (const text of [`Это ${strangersWord}`, "Когда приедешь?", "Жду в гости"]) {
      writes(stranger, text)
      await pause(100)
    }
    assert.deepStrictEqual(await settled(stranger), ["ignored:not_client", "ignored:not_client", "ignored:not_client"])
    assert.lengthOf(world.sentTo(stranger), 0)

    writes(taken, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await answered(taken)
    await settled(taken)
    world.whatsapp.whatsapp.operatorWrites(taken, "Здравствуйте, это Асель, сама отвечу")
    await until(
      "the agent knows of the operator",
      answerSecondsMax,
      async () => {
        const [row] = await world.databases.agent(
          `SELECT state->'takeover'->>'_tag' AS tag FROM contacts WHERE phone_number = '${taken}'`,
        )
        return row?.["tag"] === "Taken" ? true : undefined
      },
      told,
    )
    writes(taken, "Спасибо! А рассрочка есть?")
    assert.deepStrictEqual(await settled(taken), ["answered", "handed_over:operator_in_chat"])
    assert.lengthOf(world.sentTo(taken), 1)
  })

  it("take what both the webhook and the polls show once", { timeout: 60_000 }, async () => {
    world.whatsapp.faults.set({ webhookTwice: true, webhookOutOfOrder: true })
    const phone = newPhone()
    const ids = [1, 2, 3].map((i) => writes(phone, `Здравствуйте, вопрос ${i}`).id)
    await answered(phone)
    await settled(phone)
    const rows = await until(
      "both ways have shown all",
      answerSecondsMax,
      async () => {
        const seen = await world.databases.gateway(`SELECT message_id, seen_by_poll, seen_by_webhook FROM message_logs
        WHERE phone_number = '${phone}' AND direction = 'incoming'`)
        return seen.every((row) => row["seen_by_poll"] === true && row["seen_by_webhook"] === true) ? seen : undefined
      },
      told,
    )
    assert.sameMembers(
      rows.map((row) => row["message_id"]),
      ids,
    )
    assert.lengthOf(rows, 3)
    world.whatsapp.faults.clear()
  })

  it("keep a message while the model is down, and answer it once when it is back", { timeout: 90_000 }, async () => {
    const phone = newPhone()
    world.model.fault = geminiFaults.overload
    const before = world.model.asked.length
    writes(phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await until("the model was asked in vain", answerSecondsMax, () => world.model.asked.length > before || undefined)
    assert.lengthOf(world.sentTo(phone), 0)
    world.model.fault = null
    await answered(phone, 1, 60)
    assert.deepStrictEqual(await settled(phone), ["answered"])
    assert.lengthOf(world.sentTo(phone), 1)
  })

  it("set a body that nobody can read aside, visibly, and go on", { timeout: 60_000 }, async () => {
    const bodies = ["no json at all", "{}", '{"version":99}', "\u0000", `"${"x".repeat(100_000)}"`]
    for (const body of bodies) await world.publishRaw("incoming_messages", body)
    await world.publishRaw("outgoing_messages", '{"message_text":"without an id"}')
    const phone = newPhone()
    writes(phone, "Здравствуйте! Какие есть тарифы?")
    await answered(phone)
    assert.deepStrictEqual(await settled(phone), ["answered"])
    await until(
      "all are buried",
      answerSecondsMax,
      async () => {
        const waiting = [await world.kept("incoming_messages"), await world.kept("outgoing_messages")]
        return waiting[0] === 0 && waiting[1] === 0 ? true : undefined
      },
      told,
    )
    // Looking at them does not take them away.
    await pause(3_000)
    const resting = async (queue: string) =>
      (await world.kept(`${queue}.dead`)) + (await world.kept(`${queue}.unreadable`))
    assert.deepStrictEqual([await resting("incoming_messages"), await resting("outgoing_messages")], [bodies.length, 1])
    assert.match(agent.said(), /could not be read/)
    assert.strictEqual((await fetch(`http://127.0.0.1:${world.port.agent}/health`)).status, 200)
  })

  it("go on where they were when the broker was away", { timeout: 120_000 }, async () => {
    const [before, during] = [newPhone(), newPhone()]
    writes(before, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    world.broker.cut()
    writes(during, "Здравствуйте! Какие есть тарифы?")
    await until(
      "it is stored meanwhile",
      answerSecondsMax,
      async () => {
        const [row] = await world.databases.gateway(
          `SELECT count(*)::int AS n FROM message_logs WHERE phone_number = '${during}'`,
        )
        return row?.["n"] === 1 ? true : undefined
      },
      told,
    )
    assert.strictEqual((await fetch(`http://127.0.0.1:${world.port.gateway}/health`)).status, 503)
    await pause(5_000)
    world.broker.mend()
    for (const phone of [before, during]) {
      await answered(phone, 1, 60)
      assert.deepStrictEqual(await settled(phone, 60), ["answered"])
      assert.lengthOf(world.sentTo(phone), 1)
    }
    assert.deepStrictEqual([gateway.hasEnded(), agent.hasEnded()], [false, false])
  })

  for (const whose of ["gateway", "agent"] as const)
    it(`go on where they were when the ${whose}'s database was away`, { timeout: 120_000 }, async () => {
      const wire = whose === "gateway" ? world.gatewayDatabase : world.agentDatabase
      const [before, during] = [newPhone(), newPhone()]
      writes(before, "Здравствуйте! Сколько стоит тариф «Магазин»?")
      wire.cut()
      writes(during, "Здравствуйте! Какие есть тарифы?")
      await until(
        "it is told",
        answerSecondsMax,
        async () => ((await fetch(`http://127.0.0.1:${world.port[whose]}/health`)).status === 503 ? true : undefined),
        told,
      )
      await pause(3_000)
      wire.mend()
      for (const phone of [before, during]) {
        await answered(phone, 1, 75)
        assert.deepStrictEqual(await settled(phone, 60), ["answered"])
        assert.lengthOf(world.sentTo(phone), 1)
      }
      assert.deepStrictEqual([gateway.hasEnded(), agent.hasEnded()], [false, false])
    })

  it("lose and repeat nothing when either is killed in the middle", { timeout: 150_000 }, async () => {
    const phones = Array.from({ length: 6 }, newPhone)
    const before = world.model.asked.length
    for (const phone of phones) writes(phone, "Здравствуйте, вопрос 1")
    await until("the model is asked", answerSecondsMax, () => world.model.asked.length > before || undefined, told)
    await Promise.all([gateway.end("SIGKILL"), pause(300).then(() => agent.end("SIGKILL"))])
    for (const phone of phones) writes(phone, "И ещё вопрос 2")
    await launch()
    for (const phone of phones) {
      await answered(phone, 1, 60)
      assert.deepStrictEqual(await settled(phone, 100), ["answered", "answered"])
    }
  })

  it("finish what they have begun when they are told to stop, and answer the rest after the next start", {
    timeout: 120_000,
  }, async () => {
    const phones = Array.from({ length: 10 }, newPhone)
    for (const phone of phones) writes(phone, "Здравствуйте, вопрос 1")
    await answered(phones[0]!)
    const stoppedAt = Date.now()
    const ends = await Promise.all([gateway.end("SIGTERM"), agent.end("SIGTERM")])
    assert.deepStrictEqual(
      ends.map(({ code }) => code),
      [0, 0],
      told(),
    )
    assert.isBelow(Date.now() - stoppedAt, 10_000)
    // Asked to stop, it leaves nothing in doubt.
    assert.deepStrictEqual(
      await world.databases.gateway(
        `SELECT status FROM send_ledger WHERE status NOT IN ('sent', 'dropped', 'expired', 'waiting')`,
      ),
      [],
    )
    await launch()
    for (const phone of phones) {
      await answered(phone)
      assert.deepStrictEqual(await settled(phone, 60), ["answered"])
      assert.lengthOf(world.sentTo(phone), 1)
    }
  })

  it("let what waited too long for the phone come back through the agent, and answer it anew", {
    timeout: 120_000,
  }, async () => {
    const phone = newPhone()
    // While the gateway is away, the reply waits in its queue.
    writes(phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await until(
      "the agent has got it",
      answerSecondsMax,
      async () => {
        const rows = await world.databases.agent(`SELECT 1 FROM messages WHERE phone_number = '${phone}'`)
        return rows.length > 0 ? true : undefined
      },
      told,
    )
    await gateway.end("SIGKILL")
    await until(
      "the reply waits in the queue",
      answerSecondsMax,
      async () => (await world.depth("outgoing_messages")) >= 1 || undefined,
      told,
    )
    await world.expire("outgoing_messages")
    await launch()
    await answered(phone, 1, 60)
    assert.deepStrictEqual(await settled(phone, 60), ["answered"])
    assert.lengthOf(world.sentTo(phone), 1)
    const deliveries = await world.databases.agent(
      `SELECT delivery FROM messages WHERE phone_number = '${phone}' AND author = 'bot' ORDER BY id`,
    )
    assert.deepStrictEqual(
      deliveries.map((row) => row["delivery"]),
      ["expired", "sent"],
    )
  })

  it("stop with one clear line when the model refuses the key", { timeout: 60_000 }, async () => {
    await agent.end("SIGTERM")
    world.model.fault = geminiFaults.wrong_key
    agent = world.start("agent")
    await world.healthy("agent", agent)
    const phone = newPhone()
    writes(phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    const { code } = await until("it ends", answerSecondsMax, () => (agent.hasEnded() ? agent.ended : undefined), told)
    assert.strictEqual(code, 1)
    const lines = agent
      .said()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{"))
    assert.lengthOf(lines, 1, agent.said())
    assert.match(lines[0]!, /GEMINI_API_KEY/)
    // With the key mended, the message is still there.
    world.model.fault = null
    await launch()
    await answered(phone)
    assert.deepStrictEqual(await settled(phone), ["answered"])
  })

  it("have kept every promise by the end of all that", { timeout: 150_000 }, async () => {
    await world.atRest(120, told)
    assert.deepStrictEqual(
      await brokenPromises(world.allMessages(), world.databases, { whitelisted: [whitelisted] }),
      [],
    )
  })
})

const hours = (seconds: number) => String(seconds / 3600)
/** Always open, so that a test need not wait for Monday. */
const alwaysOpen = {
  WORKING_HOURS_START: "0",
  WORKING_HOURS_END: "24",
  WORKING_DAYS: "1,2,3,4,5,6,7",
  HOLIDAYS_COUNTRY: "none",
  TOUCH_SPREAD_MINUTES: "0",
}

describeServers("the two programs, with the days as seconds", () => {
  let world: Apart
  beforeAll(async () => {
    world = await openApart()
  }, 60_000)
  afterAll(async () => {
    await endAll()
    await world.close()
  }, 60_000)

  it("walk from the first message over the silence to the call", { timeout: 120_000 }, async () => {
    const gateway = world.start("gateway")
    const agent = world.start("agent", { ...alwaysOpen, FOLLOW_UP_INTERVALS: [4, 600, 600].map(hours).join(",") })
    const told = () => `${gateway.said().slice(-3000)}\n${agent.said().slice(-5000)}`
    await Promise.all([world.healthy("gateway", gateway), world.healthy("agent", agent)])
    await world.hasPolled()
    const phone = "+77030000001"
    const whatsapp = world.whatsapp.whatsapp
    const took: Array<string> = []
    let last = Date.now()
    const step = (name: string) => {
      took.push(`${name} ${Date.now() - last} ms`)
      last = Date.now()
    }
    const sent = (count: number) => until(`message ${count}`, 30, () => world.sentTo(phone)[count - 1], told)
    const chains = () =>
      world.databases.agent(`SELECT touch_number, is_completed, stop_reason FROM follow_ups ORDER BY id`)

    whatsapp.clientWrites(phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await sent(1)
    step("reply")
    const [contact] = await world.databases.agent(`SELECT is_client, classification_confidence FROM contacts`)
    assert.deepStrictEqual(contact, { is_client: true, classification_confidence: 0.95 })

    await sent(2)
    step("touch")
    await until(
      "the touch is reported",
      20,
      async () => {
        const touches = await world.databases.agent(
          `SELECT touch, delivery FROM messages WHERE kind = 'touch' AND delivery = 'sent'`,
        )
        return touches.length === 1 ? true : undefined
      },
      told,
    )
    assert.isFalse((await chains()).some((row) => row["is_completed"] === true))

    whatsapp.clientWrites(phone, "Да")
    await sent(3)
    step("«Да» is answered")
    assert.deepStrictEqual((await chains()).at(0)?.["stop_reason"], "client_said_yes")

    whatsapp.clientWrites(phone, "Давайте завтра в 15:00")
    const booking = await sent(4)
    step("call")
    assert.match(booking.text, /15:00/)
    const calls = await world.databases.agent(
      `SELECT phone_number, timezone, status, to_char(scheduled_at AT TIME ZONE 'Asia/Almaty', 'HH24:MI') AS at
        FROM scheduled_calls JOIN contacts ON contacts.id = contact_id`,
    )
    assert.deepStrictEqual(calls, [{ phone_number: phone, timezone: "Asia/Almaty", status: "scheduled", at: "15:00" }])
    await world.atRest(20, told)
    console.info(`two programs: ${took.join(", ")}`)
    assert.deepStrictEqual(await brokenPromises(world.allMessages(), world.databases), [])
    await Promise.all([gateway.end("SIGTERM"), agent.end("SIGTERM")])
  })

  it("let a reply overtake two hundred touches that are due at once", { timeout: 180_000 }, async () => {
    const settings = { ...alwaysOpen, TOUCHES_PER_DAY: "10000" }
    let gateway = world.start("gateway")
    let agent = world.start("agent", settings)
    const told = () => `${gateway.said().slice(-3000)}\n${agent.said().slice(-3000)}`
    await Promise.all([world.healthy("gateway", gateway), world.healthy("agent", agent)])
    await world.hasPolled()
    const whatsapp = world.whatsapp.whatsapp
    const first = "+77030000002"
    whatsapp.clientWrites(first, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await until("the first is answered", 30, () => world.sentTo(first)[0], told)
    await world.atRest(30, told)
    await Promise.all([gateway.end("SIGTERM"), agent.end("SIGTERM")])

    // Two hundred who had the same conversation, a day later: the chain is due, and the minute of the sender is over.
    const phones = Array.from({ length: 200 }, (_, i) => `+7704${String(i + 1).padStart(7, "0")}`)
    await world.databases.agent(`WITH
      copied AS (INSERT INTO contacts (profile_id, phone_number, is_client, classification_confidence,
          classification_reasoning, last_message_at, last_client_at, state, wake_up_at, created_at, updated_at)
        SELECT profile_id, '+7704' || lpad(i::text, 7, '0'), is_client, classification_confidence,
          classification_reasoning, last_message_at, last_client_at,
          jsonb_set(state, '{followUp,dueAt}', to_jsonb(floor(extract(epoch FROM now()) * 1000)::bigint)), now(),
          created_at, updated_at
        FROM contacts, generate_series(1, ${phones.length}) i WHERE phone_number = '${first}' RETURNING id, phone_number),
      chains AS (INSERT INTO follow_ups (contact_id, touch_number, next_touch_at, created_at)
        SELECT id, 1, now(), now() FROM copied)
      INSERT INTO messages (contact_id, profile_id, phone_number, message_id, author, message_text, timestamp, kind,
          outbound_id, delivery, outcome, answered_by)
        SELECT c.id, m.profile_id, c.phone_number, m.message_id || '-' || c.id, m.author, m.message_text, m.timestamp,
          m.kind, m.outbound_id || '-' || c.id, m.delivery, m.outcome, m.answered_by || '-' || c.id
        FROM copied c, messages m WHERE m.phone_number = '${first}' ORDER BY m.id`)
    await world.databases.gateway(`UPDATE send_ledger SET started_at = started_at - interval '1 day'`)
    gateway = world.start("gateway", { SEND_PER_MINUTE: "60" })
    agent = world.start("agent", settings)
    await Promise.all([world.healthy("gateway", gateway), world.healthy("agent", agent)])
    const touched = () => phones.filter((phone) => world.sentTo(phone).length > 0).length
    await until("touches go out", 60, () => touched() >= 3 || undefined, told)
    const [waiting] = await world.databases.agent(
      `SELECT count(*)::int AS n FROM messages WHERE kind = 'touch' AND delivery = 'pending'`,
    )
    const client = "+77050000001"
    const writtenAt = Date.now()
    whatsapp.clientWrites(client, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    await until("the reply is there", 60, () => world.sentTo(client)[0], told)
    const ms = Date.now() - writtenAt
    console.info(`two programs: a reply overtook ${String(waiting?.["n"])} waiting touches and came after ${ms} ms`)
    assert.isAbove(Number(waiting?.["n"]), 50)
    assert.isBelow(ms, 15_000)
    assert.isBelow(touched(), phones.length / 2)
    await Promise.all([gateway.end("SIGTERM"), agent.end("SIGTERM")])
  })
})
