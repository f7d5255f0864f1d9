import type { SettableCircuitPurpose } from "../control/commands/circuit_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type { ConnectBy } from "./circuit_connections.ts";
import type { GeoIpSource } from "./geoip.ts";
import type { RouterFetch } from "./router_context.ts";

/** How a state is kept. */
export interface StateOptions {
  /** Gets what listeners throw, and what goes wrong while nobody waits for it; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
  /** Gets what is worth a warning, such as a circuit whose first relay is no entry guard; default `console.warn`. */
  onWarning?: ((message: string) => void) | undefined;
  /** Tells where relays are; default Tor's own database. */
  geoip?: GeoIpSource | undefined;
}

/** What a {@linkcode TorState} is made with. */
export interface TorStateOptions extends StateOptions {
  /** The control connection. */
  control: ControlConnection;
  /** The platform. */
  runtime: Runtime;
  /** Fetches through Tor. */
  fetch?: RouterFetch | undefined;
  /** Makes the connections that go by a circuit. */
  connectBy?: ConnectBy | undefined;
  /** Opens another connection to the same Tor, which gives it its streams back where this one is lost. */
  reopen?: ((options: AbortOptions) => Promise<ControlConnection>) | undefined;
  /** Is called when the state has ended. */
  onEnd?: (() => void) | undefined;
}

/** How a circuit is built. */
export interface BuildCircuitOptions extends AbortOptions {
  /** What it is for: Tor puts streams of its own choice on a general one; default `"general"`. */
  purpose?: SettableCircuitPurpose | undefined;
}
