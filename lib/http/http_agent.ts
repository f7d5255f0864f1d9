import type { HttpAgent, Runtime, RuntimeHttpAgent } from "../runtime/types.ts";
import type { HttpDialer } from "./dialer.ts";
import { connectHttp } from "./http_connector.ts";
import { type Isolation, isolationKey } from "./isolation.ts";

/** What {@linkcode createHttpAgent} makes an agent of. */
export interface CreateHttpAgentOptions {
  /** Speaks TLS, and has Node's agents. */
  runtime: Runtime;
  /** Opens every connection. */
  dial: HttpDialer;
  /** Which requests may share a circuit and a connection; default `"per-origin"`. */
  isolation?: Isolation | undefined;
  /** Keeps connections open for later requests; default `false`. Never where each request is isolated. */
  keepAlive?: boolean | undefined;
  /** The authorities to trust instead of those of the platform, in PEM. */
  caCertificates?: readonly string[] | undefined;
  /** The time that a TLS handshake may take, in milliseconds, `Infinity` for no limit; default 60,000. */
  tlsTimeout?: number | undefined;
}

/**
 * Makes an `http.Agent` of `node:http`, for `http:` and `https:` alike, whose connections are all
 * opened by a dialer. Certificates are verified, whatever the request's own options say.
 */
export async function createHttpAgent<Agent extends HttpAgent = HttpAgent>(
  options: CreateHttpAgentOptions,
): Promise<Agent & RuntimeHttpAgent> {
  const { runtime, isolation = "per-origin", keepAlive = false } = options;
  const agent = await runtime.httpAgent({
    keepAlive: keepAlive && isolation !== "per-request",
    connect: async ({ hostname, port, secure, serverName }) => {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      const { origin } = new URL(`${secure ? "https" : "http"}://${host}:${port}`);
      const target = { hostname, port, isolation: isolationKey(isolation, origin) };
      return await connectHttp(target, { ...options, secure, serverName });
    },
  });
  return agent as Agent & RuntimeHttpAgent;
}
