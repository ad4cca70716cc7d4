/** What the agent's workers need to know, apart from how to reach things. */
import type { Policy } from "@wa/core/conversation/conversation"
import * as Context from "effect/Context"

export class AgentSettings extends Context.Service<
  AgentSettings,
  {
    readonly policy: Policy
    /** IANA zone of the company. */
    readonly zone: string
    /** Messages of a chat that the model is shown. */
    readonly maxContextMessages: number
    /** Characters of the documents that are given to the model whole; beyond that it gets passages. */
    readonly knowledgeBudgetChars: number
    /** Unanswered touches per profile and local day. */
    readonly touchesPerDay: number
    /** Tokens per local day, checked before a call; null: no bound. */
    readonly dailyTokenBudget: number | null
  }
>()("agent-app/AgentSettings") {}
