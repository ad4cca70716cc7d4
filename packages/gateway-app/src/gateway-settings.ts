/** What the gateway's workers need to know, apart from how to reach things. */
import * as Context from "effect/Context"
import type { Redacted } from "effect/Redacted"

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
    /** Where Wappi is to post, the path's secret included; null: nowhere, and whatever is registered is left alone. */
    readonly webhook: { readonly url: Redacted; readonly secret: Redacted } | null
  }
>()("gateway-app/GatewaySettings") {}
