/**
 * Which requests may share a circuit of Tor's, and a connection:
 *
 * - `"none"`: all of them, with each other and with other users of the SOCKS port;
 * - `"per-origin"`: those to the same scheme, host and port;
 * - `"per-request"`: each has one of its own;
 * - any other text: those that give the same one.
 */
export type Isolation = "none" | "per-origin" | "per-request" | (string & Record<never, never>);

/**
 * What a dialer is told of a request's isolation: a text of any length, which is the same for those that
 * may share.
 *
 * @param origin The origin that the request goes to, such as `"https://www.example"`.
 */
export function isolationKey(
  isolation: Isolation,
  origin: string,
): string | undefined {
  switch (isolation) {
    case "none":
      return undefined;
    case "per-origin":
      return `origin ${origin}`;
    case "per-request":
      return `request ${crypto.randomUUID()}`;
    default:
      // Set apart, so that no text of the caller's can be one of those above.
      return `key ${isolation}`;
  }
}
