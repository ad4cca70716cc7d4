/** What the gateway's workers need to know, apart from how to reach things. */
import * as Context from "effect/Context"

export class GatewaySettings extends Context.Service<
  GatewaySettings,
  {
    readonly profileId: string
    /** Seconds between two polls. */
    readonly pollingInterval: number
    /** Messages that may leave within a minute, evenly spaced. */
    readonly sendPerMinute: number
    /** Tokens that voice notes may use in a local day, checked before each; null: no bound. */
    readonly dailyTokenBudget: number | null
    /** IANA zone of the company: what "today" means in the statistics. */
    readonly zone: string
  }
>()("gateway-app/GatewaySettings") {}
