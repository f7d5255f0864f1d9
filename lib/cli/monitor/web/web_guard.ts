import { encodeText } from "../../../codec/text.ts";
import type { TcpAddress } from "../../../runtime/types.ts";
import { constantTimeEqual } from "../../../util/constant_time_equal.ts";

/**
 * Lets in only who has the address as it was told: its first folder is a secret. A page of another site can
 * neither know that, nor come in by it: of a name that leads here the `Host` tells, and of a request that
 * another page makes the `Origin` and `Sec-Fetch-Site`.
 */
export class WebGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #token: Uint8Array;

  /** Guards the server at `address`, whose secret is `token`. */
  constructor({ hostname, port }: TcpAddress, token: string) {
    const names = [hostname.includes(":") ? `[${hostname}]` : hostname, "localhost"];
    // A browser leaves out the port of http.
    this.#hosts = new Set(names.map((name) => port === 80 ? name : `${name}:${port}`));
    this.#token = encodeText(token);
  }

  /** What is asked for behind the secret folder; else the status that it is refused with. */
  admit(request: Request): string | number {
    const { headers, method } = request;
    const host = headers.get("host") ?? "";
    if (!this.#hosts.has(host)) return 421;
    const [, token = "", ...path] = new URL(request.url).pathname.split("/");
    if (!constantTimeEqual(encodeText(token), this.#token) || path.length === 0) return 404;
    const changes = method === "POST";
    const origin = headers.get("origin");
    if (origin === null ? changes : origin !== `http://${host}`) return 403;
    const site = headers.get("sec-fetch-site") ?? "same-origin";
    if (site !== "same-origin" && (changes || site !== "none")) return 403;
    return path.join("/");
  }
}
