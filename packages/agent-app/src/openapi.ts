/** The agent's HTTP interface as OpenAPI 3.1, by hand; a test holds it to the routes. */
const json = (description: string, schema: object = { type: "object" }) => ({
  description,
  content: { "application/json": { schema } },
})
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const error = (description: string) => json(description, ref("Error"))
const instant = { type: "integer", description: "Epoch milliseconds" }
const instantOrNull = { type: ["integer", "null"], description: "Epoch milliseconds" }
const text = { type: "string" }
const textOrNull = { type: ["string", "null"] }
const listOf = (items: object) => ({ type: "array", items })
const ofContact = [
  { name: "profile", in: "path", required: true, schema: text, description: "Wappi profile id" },
  {
    name: "phone",
    in: "path",
    required: true,
    schema: text,
    description: "+77010000001, or the whole id of a hidden number",
  },
]
const admin = [{ admin: [] }, { session: [] }]
const feed = [...admin, { calendar: [] }]
const ofCall = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "integer" },
  description: "Number of the call",
}
const calendar = (description: string) => ({ description, content: { "text/calendar": { schema: text } } })
const closed = {
  401: error("ADMIN_TOKEN is needed"),
  403: error("The cookie came with a request of another page"),
  503: error("The database is away"),
}
const ofOne = { 200: json("As it stands now", ref("ContactDetail")), 404: error("No such contact"), ...closed }

export const openApi = {
  openapi: "3.1.0",
  info: {
    title: "WhatsApp sales agent",
    version: "1",
    description: "Instants are epoch milliseconds unless they are ISO 8601 texts.",
  },
  components: {
    securitySchemes: {
      admin: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN" },
      session: {
        type: "apiKey",
        in: "cookie",
        name: "wa_console",
        description: "Left by `/?token=` or `POST /session`",
      },
      calendar: {
        type: "apiKey",
        in: "query",
        name: "token",
        description: "ADMIN_TOKEN, or the token of `wa calls address`, which opens the feed alone",
      },
    },
    schemas: {
      Error: { type: "object", required: ["error"], properties: { error: text } },
      Health: {
        type: "object",
        required: ["status", "dependencies", "checked_at"],
        properties: {
          status: { enum: ["healthy", "unhealthy"] },
          dependencies: {
            type: "object",
            required: ["database", "broker", "knowledge", "model"],
            additionalProperties: {
              type: "object",
              required: ["state", "detail"],
              properties: { state: { enum: ["up", "degraded", "down", "unknown"] }, detail: text },
            },
          },
          checked_at: { type: "string", format: "date-time" },
        },
      },
      Stats: {
        type: "object",
        properties: {
          contacts: {
            type: "object",
            properties: { client: { type: "integer" }, not_client: { type: "integer" }, unknown: { type: "integer" } },
          },
          outcomes: { type: "object", additionalProperties: { type: "integer" } },
          open: { type: "integer" },
          replies: { type: "integer" },
          touches: { type: "integer" },
          touch_balance: listOf(ref("TouchBalance")),
          calls: { type: "integer" },
          tokens: { type: "integer" },
          next_wake_up_at: { type: ["string", "null"], format: "date-time" },
          model: text,
          since: { type: "string", format: "date-time" },
        },
      },
      TouchBalance: {
        type: "object",
        description: "Touches due today: eligible = sent + waiting + all stopped + all moved",
        properties: {
          profile: text,
          eligible: { type: "integer" },
          sent: { type: "integer" },
          by_template: { type: "integer", description: "Of those sent: by a template, because no draft passed" },
          waiting: { type: "integer" },
          stopped: { type: "object", additionalProperties: { type: "integer" } },
          moved: { type: "object", additionalProperties: { type: "integer" }, description: "To another day" },
        },
      },
      NextStep: {
        type: ["object", "null"],
        required: ["at", "why", "touch"],
        properties: {
          at: instant,
          why: {
            enum: ["turn_over", "model_answer", "model_retry", "evidence", "touch", "call_reminder", "takeover_ends"],
          },
          touch: { type: ["integer", "null"] },
        },
      },
      Contact: {
        type: "object",
        required: ["profileId", "phone", "class", "next"],
        properties: {
          profileId: text,
          phone: text,
          name: textOrNull,
          info: { type: "object", properties: { name: textOrNull, full_name: textOrNull, business_name: textOrNull } },
          class: { enum: ["client", "not_client", "unknown"] },
          confidence: { type: ["number", "null"], minimum: 0, maximum: 1 },
          reasoning: textOrNull,
          classifiedBy: { enum: ["moderator", "person", null] },
          isOptedOut: { type: "boolean" },
          takenUntil: instantOrNull,
          takenBy: { enum: ["operator", "loop", null] },
          callAt: instantOrNull,
          lastMessageAt: instantOrNull,
          createdAt: instant,
          wakeUpAt: instantOrNull,
          next: ref("NextStep"),
        },
      },
      Message: {
        type: "object",
        properties: {
          messageId: text,
          from: { enum: ["client", "bot", "operator"] },
          text,
          at: instant,
          isVoice: { type: "boolean" },
          kind: { enum: ["reply", "touch", "reminder", null] },
          touch: { type: ["integer", "null"] },
          delivery: textOrNull,
          outcome: textOrNull,
        },
      },
      Trace: {
        type: "object",
        description: "What happened, what was decided, and what else a person would want to see of it",
        properties: {
          at: instant,
          event: { type: "object" },
          commands: listOf({ type: "object" }),
          thoughts: { type: "object" },
        },
      },
      FollowUp: {
        type: "object",
        properties: {
          touchNumber: { type: "integer" },
          nextTouchAt: instantOrNull,
          lastTouchAt: instantOrNull,
          isCompleted: { type: "boolean" },
          stopReason: textOrNull,
          createdAt: instant,
        },
      },
      Call: {
        type: "object",
        properties: {
          id: { type: "integer" },
          uid: { type: "string", description: "Stays with a call wherever it is moved to" },
          sequence: { type: "integer", description: "Counts its moves and its cancellation" },
          profileId: text,
          phone: text,
          name: textOrNull,
          scheduledAt: instant,
          timezone: text,
          status: { enum: ["scheduled", "moved", "cancelled"] },
          notes: text,
          createdAt: instant,
          changedAt: instant,
        },
      },
      OperatorRequest: {
        type: "object",
        properties: {
          id: { type: "integer" },
          profileId: text,
          phone: text,
          at: instant,
          why: text,
          detail: text,
          isDone: { type: "boolean" },
        },
      },
      ContactDetail: {
        type: "object",
        properties: {
          now: instant,
          zone: text,
          policy: { type: "object" },
          contact: ref("Contact"),
          conversation: { type: "object" },
          messages: listOf(ref("Message")),
          traces: listOf(ref("Trace")),
          followUps: listOf(ref("FollowUp")),
          calls: listOf(ref("Call")),
          requests: listOf(ref("OperatorRequest")),
        },
      },
    },
  },
  paths: {
    "/health": {
      get: {
        summary: "Each dependency with its state from a real probe",
        responses: { 200: json("Healthy", ref("Health")), 503: json("Unhealthy", ref("Health")) },
      },
    },
    "/stats": {
      get: {
        summary: "Contacts, and the numbers of today",
        responses: { 200: json("Today", ref("Stats")), 503: error("The database is away") },
      },
    },
    "/metrics": {
      get: {
        summary: "Prometheus",
        responses: { 200: { description: "Text format 0.0.4", content: { "text/plain": { schema: text } } } },
      },
    },
    "/docs": {
      get: {
        summary: "This document as a page, to read and to try",
        responses: { 200: { description: "The page", content: { "text/html": { schema: { type: "string" } } } } },
      },
    },
    "/docs/openapi.json": { get: { summary: "This document", responses: { 200: json("OpenAPI 3.1") } } },
    "/session": {
      post: {
        summary: "Exchanges ADMIN_TOKEN for a cookie",
        requestBody: {
          required: true,
          content: {
            "application/json": { schema: { type: "object", required: ["token"], properties: { token: text } } },
          },
        },
        responses: { 200: json("The cookie is set"), 401: error("Not the token") },
      },
    },
    "/api/contacts": {
      get: {
        summary: "Most recently active first, at most 500",
        security: admin,
        responses: {
          200: json("Contacts", {
            type: "object",
            properties: { now: instant, zone: text, contacts: listOf(ref("Contact")) },
          }),
          ...closed,
        },
      },
    },
    "/api/contacts/{profile}/{phone}": {
      parameters: ofContact,
      get: { summary: "One contact, and everything the system thought", security: admin, responses: ofOne },
    },
    "/api/contacts/{profile}/{phone}/classify": {
      parameters: ofContact,
      post: {
        summary: "A person says whether it is a client",
        security: admin,
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: { type: "object", required: ["is_client"], properties: { is_client: { type: "boolean" } } },
            },
          },
        },
        responses: { ...ofOne, 400: error("No is_client") },
      },
    },
    "/api/contacts/{profile}/{phone}/release": {
      parameters: ofContact,
      post: { summary: "Gives the chat back to the bot", security: admin, responses: ofOne },
    },
    "/api/contacts/{profile}/{phone}/takeover": {
      parameters: ofContact,
      post: { summary: "Silences the bot in the chat", security: admin, responses: ofOne },
    },
    "/api/calls": {
      get: {
        summary: "Booked, moved and cancelled calls",
        security: admin,
        responses: {
          200: json("Calls", { type: "object", properties: { now: instant, zone: text, calls: listOf(ref("Call")) } }),
          ...closed,
        },
      },
    },
    "/api/calls/{id}/cancel": {
      parameters: [ofCall],
      post: {
        summary: "Cancels a call that lies ahead; the client is told nothing",
        security: admin,
        responses: {
          200: json("Cancelled", { type: "object", properties: { is: { enum: ["cancelled"] }, call: ref("Call") } }),
          404: error("No such call"),
          409: error("It no longer stands at that time: moved, cancelled before, or over"),
          ...closed,
        },
      },
    },
    "/calls.ics": {
      get: {
        summary: "Today's calls and those to come, for a calendar to subscribe to",
        security: feed,
        responses: { 200: calendar("RFC 5545"), ...closed },
      },
    },
    "/calls/{id}.ics": {
      parameters: [ofCall],
      get: {
        summary: "One call as it stands now, as a file for a calendar",
        security: feed,
        responses: { 200: calendar("RFC 5545"), 404: error("No such call"), ...closed },
      },
    },
    "/api/requests": {
      get: {
        summary: "What people were asked to look at and have not closed",
        security: admin,
        responses: {
          200: json("Requests", { type: "object", properties: { requests: listOf(ref("OperatorRequest")) } }),
          ...closed,
        },
      },
    },
    "/api/requests/{id}/done": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
      post: {
        summary: "Closes a request",
        security: admin,
        responses: { 200: json("Closed"), 404: error("Not open"), ...closed },
      },
    },
  },
}
