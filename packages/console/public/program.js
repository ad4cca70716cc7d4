// @ts-check
/** Asking the program. A failure of the network is whatever `fetch` throws; the other two have names. */

/** The program wants the key first. */
export class Closed extends Error {}
/** The program said why not. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** Null for 404. @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
export const ask = async (path, init) => {
  const answer = await fetch(path, { cache: "no-store", ...init })
  if (answer.status === 401) throw new Closed()
  if (answer.status === 404) return null
  const body = await answer.json().catch(() => null)
  if (!answer.ok)
    throw new Refused(answer.status, typeof body?.error === "string" ? body.error : `ответ ${answer.status}`)
  return body
}
/** @param {string} path @param {object} [body] */
export const tell = (path, body) =>
  ask(path, {
    method: "POST",
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  })

export const contactPath = (/** @type {string} */ profileId, /** @type {string} */ phone) =>
  `/api/contacts/${encodeURIComponent(profileId)}/${encodeURIComponent(phone)}`
/** @param {any} told @param {string} name */
export const listOf = (told, name) => (Array.isArray(told) ? told : (told?.[name] ?? []))
