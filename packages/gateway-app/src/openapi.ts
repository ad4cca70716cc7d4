/** The gateway's HTTP interface as OpenAPI 3.1, by hand; a test holds it to the routes. */
const json = (description: string, schema: object = { type: "object" }) => ({
  description,
  content: { "application/json": { schema } },
})
const error = (description: string) => json(description, { $ref: "#/components/schemas/Error" })
const secret = { name: "secret", in: "path", required: true, schema: { type: "string" }, description: "WEBHOOK_SECRET" }
const phone = { name: "phone", in: "path", required: true, schema: { type: "string" }, description: "+77010000001" }
const admin = [{ admin: [] }]

export const openApi = {
  openapi: "3.1.0",
  info: { title: "WhatsApp gateway", version: "1", description: "Between Wappi.pro and the message broker." },
  components: {
    securitySchemes: { admin: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN" } },
    schemas: {
      Error: { type: "object", required: ["error"], properties: { error: { type: "string" } } },
      Dependency: {
        type: "object",
        required: ["state", "detail"],
        properties: { state: { enum: ["up", "degraded", "down", "unknown"] }, detail: { type: "string" } },
      },
      Health: {
        type: "object",
        required: ["status", "dependencies", "last_poll_at", "checked_at"],
        properties: {
          status: { enum: ["healthy", "unhealthy"] },
          dependencies: {
            type: "object",
            required: ["database", "broker", "wappi", "poll", "sending", "webhook", "voice"],
            additionalProperties: { $ref: "#/components/schemas/Dependency" },
          },
          last_poll_at: { type: ["string", "null"], format: "date-time" },
          checked_at: { type: "string", format: "date-time" },
        },
      },
      Stats: {
        type: "object",
        properties: {
          messages_received_today: { type: "integer" },
          messages_sent_today: { type: "integer" },
          voice_transcribed_today: { type: "integer" },
          tokens: { type: "integer", description: "Used for voice notes today; the agent's number includes them" },
          pending: { type: "integer", description: "Stored, not yet given to the broker" },
          queues: { type: "object", additionalProperties: { type: ["integer", "null"] } },
          unreadable: {
            type: "object",
            additionalProperties: { type: ["integer", "null"] },
            description: "Messages that nobody can read, set aside in `<queue>.unreadable`",
          },
          sending: { $ref: "#/components/schemas/Sending" },
          intake_gaps_today: {
            type: "object",
            properties: { webhook_only: { type: "integer" }, poll_only: { type: "integer" } },
          },
          since: { type: "string", format: "date-time" },
        },
      },
      Sending: {
        type: "object",
        required: ["is_stopped", "stopped_at", "why", "detail", "waiting"],
        properties: {
          is_stopped: { type: "boolean" },
          stopped_at: { type: ["string", "null"], format: "date-time" },
          why: { enum: ["temporary_ban", "person", null] },
          detail: { type: "string" },
          waiting: { type: "integer", description: "Messages that are stored here and have not left yet" },
        },
      },
      WebhookAnswer: {
        type: "object",
        required: ["stored", "noted", "rejected"],
        properties: {
          stored: { type: "integer" },
          noted: { type: "integer" },
          rejected: { type: "array", items: { type: "string" } },
        },
      },
    },
  },
  paths: {
    "/health": {
      get: {
        summary: "Each dependency with its state from a real probe, and the last successful poll",
        responses: {
          200: json("Healthy", { $ref: "#/components/schemas/Health" }),
          503: json("Unhealthy", { $ref: "#/components/schemas/Health" }),
        },
      },
    },
    "/stats": {
      get: {
        summary: "The numbers of today",
        responses: { 200: json("Today", { $ref: "#/components/schemas/Stats" }), 503: error("The database is away") },
      },
    },
    "/metrics": {
      get: {
        summary: "Prometheus",
        responses: {
          200: { description: "Text format 0.0.4", content: { "text/plain": { schema: { type: "string" } } } },
        },
      },
    },
    "/docs": {
      get: {
        summary: "This document as a page, to read and to try",
        responses: { 200: { description: "The page", content: { "text/html": { schema: { type: "string" } } } } },
      },
    },
    "/docs/openapi.json": { get: { summary: "This document", responses: { 200: json("OpenAPI 3.1") } } },
    "/webhook/wappi/{secret}": {
      parameters: [secret],
      get: {
        summary: "Tells Wappi that the address is right",
        responses: { 200: json("It is"), 404: error("Wrong secret, or none is set") },
      },
      post: {
        summary: "Messages, deliveries and profile events of Wappi",
        requestBody: { required: true, content: { "application/json": { schema: { type: "object" } } } },
        responses: {
          200: json("Stored", { $ref: "#/components/schemas/WebhookAnswer" }),
          400: error("Not JSON"),
          404: error("Wrong secret, or none is set"),
          413: error("Larger than 25 MB"),
          503: error("Not stored: send it again"),
        },
      },
    },
    "/sending": {
      get: {
        summary: "Whether messages may leave, and how many wait",
        responses: {
          200: json("As it stands", { $ref: "#/components/schemas/Sending" }),
          503: error("The database is away"),
        },
      },
    },
    "/sending/stop": {
      post: {
        summary: "Stops all sending until a person resumes it; what waits stays stored",
        security: admin,
        requestBody: {
          content: { "application/json": { schema: { type: "object", properties: { detail: { type: "string" } } } } },
        },
        responses: {
          200: json("Stopped", { $ref: "#/components/schemas/Sending" }),
          401: error("ADMIN_TOKEN is needed"),
          503: error("The database is away"),
        },
      },
    },
    "/sending/resume": {
      post: {
        summary: "Lets messages leave again, also after WhatsApp limited the number",
        security: admin,
        responses: {
          200: json("Resumed", { $ref: "#/components/schemas/Sending" }),
          401: error("ADMIN_TOKEN is needed"),
          503: error("The database is away"),
        },
      },
    },
    "/api/whitelist": {
      get: {
        summary: "Numbers that are never read or answered",
        security: admin,
        responses: { 200: json("The list"), 401: error("ADMIN_TOKEN is needed") },
      },
    },
    "/api/whitelist/{phone}": {
      parameters: [phone],
      put: {
        summary: "Adds a number",
        security: admin,
        requestBody: {
          content: { "application/json": { schema: { type: "object", properties: { note: { type: "string" } } } } },
        },
        responses: { 200: json("Added"), 400: error("No phone number"), 401: error("ADMIN_TOKEN is needed") },
      },
      delete: {
        summary: "Removes a number",
        security: admin,
        responses: { 200: json("Removed"), 401: error("ADMIN_TOKEN is needed"), 404: error("It was not on the list") },
      },
    },
  },
}
