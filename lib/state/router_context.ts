import type { AbortOptions } from "../runtime/types.ts";
import type { GeoIpSource } from "./geoip.ts";

/** What a {@linkcode Router} asks Tor by: a `ControlConnection` is one. */
export interface InfoSource {
  /** Reads one key (GETINFO, control-spec, section 3.9). */
  getInfo(key: string, options?: AbortOptions): Promise<string>;
}

/** What reads long values of Tor line by line: a `ControlConnection` is one. */
export interface LineSource {
  /** Reads one key (GETINFO, control-spec, section 3.9). */
  getInfoLines(key: string, options?: AbortOptions): AsyncIterable<string>;
}

/** What a {@linkcode Router} fetches by: `tor.fetch` and `circuit.fetch` are ones. */
export type RouterFetch = (url: string, init: { signal?: AbortSignal }) => Promise<Response>;

/** What a {@linkcode Router} needs of the Tor that told of it. */
export interface RouterContext {
  /** The control connection. */
  readonly control: InfoSource;
  /** Fetches through Tor; without it there are no details of Onionoo. */
  readonly fetch?: RouterFetch | undefined;
  /** The user's GeoIP database; without it Tor's own is asked. */
  readonly geoip?: GeoIpSource | undefined;
}
