/**
 * Gates for tests that need a server. Absent server: the tests are skipped and say why; with env CI set they fail
 * instead, so that a green run there means that they ran. Use: `(await needsRabbitmq())("the broker", () => { … })`.
 */
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"

const answerMillisMax = 2_000

/** Whether something accepts TCP connections there within two seconds. */
export const reachable = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerMillisMax })
    const answer = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once("connect", answer(true)).once("error", answer(false)).once("timeout", answer(false))
  })

export type Describe = (title: string, body: () => void) => void

/** `describe` when `available`; otherwise a skipped block that names what is missing, or a failing one in CI. */
export const describeNeeds = (name: string, available: boolean): Describe => {
  if (available) return (title, body) => void describe(title, body)
  if (process.env["CI"]) {
    return (title) =>
      void describe(title, () => {
        it("has the server that it needs", () => assert.fail(`${name} cannot be reached, and CI may not skip`))
      })
  }
  return (title, body) => {
    console.warn(`SKIPPED ${title}: ${name} cannot be reached`)
    describe.skip(`${title} (needs ${name})`, body)
  }
}

export const rabbitmqUrl = process.env["RABBITMQ_URL"] ?? "amqp://guest:guest@127.0.0.1:5672"
/** Not `DATABASE_URL`: tests must never meet a database that is in use. */
export const postgresUrl = process.env["DATABASE_TEST_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres"

const needsServer = async (what: string, setting: string, url: string, defaultPort: number): Promise<Describe> => {
  const { hostname, port } = new URL(url)
  // The address without user and password: it is printed.
  const at = { host: hostname.replace(/^\[|\]$/g, "") || "127.0.0.1", port: Number(port) || defaultPort }
  return describeNeeds(`${what} at ${at.host}:${at.port} (${setting})`, await reachable(at.host, at.port))
}

export const needsRabbitmq = () => needsServer("RabbitMQ", "RABBITMQ_URL", rabbitmqUrl, 5672)
export const needsPostgres = () => needsServer("PostgreSQL", "DATABASE_TEST_URL", postgresUrl, 5432)
