import type { HttpHeader } from "../runtime/types.ts";
import { ACCEPT_ENCODING } from "./decode_body.ts";
import { type FetchBody, takeBody } from "./fetch_body.ts";

/** A request as it goes over the wire: the platform's, checked and taken apart. */
export interface FetchRequest {
  /** The method. */
  readonly method: string;
  /** Where to. */
  readonly url: URL;
  /** The headers, none of them about the connection or the body's length. */
  readonly headers: Headers;
  /** The body. */
  readonly body: FetchBody | undefined;
  /** What a redirect does. */
  readonly redirect: RequestRedirect;
}

/**
 * Headers that a program cannot choose, since they say how the message is framed, or where it goes.
 * `fetch` drops them in silence.
 */
const FORBIDDEN_HEADERS: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Methods that `fetch` refuses. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Takes apart what `fetch` was given. The platform's own `Request` parses and checks it.
 *
 * @throws {TypeError} Where it is no request, or one that is not for HTTP.
 */
export async function toFetchRequest(
  input: string | URL | Request,
  init: RequestInit,
  signal: AbortSignal,
): Promise<FetchRequest> {
  // Before the platform does, whose message would tell the credentials.
  if (!(input instanceof Request) && URL.canParse(input)) checkUrl(input);
  // Bun takes any text for a method, and a body for a second time.
  if (init.method !== undefined && !/^[\w!#$%&'*+.^`|~-]+$/.test(init.method)) {
    throw new TypeError("Cannot fetch by a method that is no HTTP token");
  }
  if (input instanceof Request && input.bodyUsed && init.body === undefined) {
    throw new TypeError("Cannot fetch a request whose body was used");
  }
  // The caller follows the signal; the platform would do so once more for each request.
  const request = new Request(input, { ...init, signal: null });
  // Bun gives the new one a copy of the body.
  if (input instanceof Request && !input.bodyUsed && init.body === undefined) {
    input.body?.cancel().catch(() => {});
  }
  const url = checkUrl(request.url);
  const method = request.method;
  if (FORBIDDEN_METHODS.has(method.toUpperCase())) {
    throw new TypeError(`Cannot fetch by the method ${method}`);
  }
  if (init.integrity ?? request.integrity) {
    throw new TypeError("Cannot fetch with `integrity`: it is not verified here");
  }
  const body = await takeBody(request, { input, init, signal });
  if (body !== undefined && /^(?:GET|HEAD)$/.test(method)) {
    throw new TypeError(`Cannot fetch by ${method} with a body`);
  }
  const headers = new Headers(request.headers);
  const length = headers.get("content-length");
  for (const name of FORBIDDEN_HEADERS) headers.delete(name);
  if (body?.type !== undefined && !headers.has("content-type")) {
    headers.set("content-type", body.type);
  }
  if (!headers.has("accept")) headers.set("accept", "*/*");
  if (!headers.has("accept-encoding")) {
    // A range is one of the bytes as they are sent, and means nothing once they are decoded.
    headers.set("accept-encoding", headers.has("range") ? "identity" : ACCEPT_ENCODING);
  }
  return {
    method,
    url,
    headers,
    body: body === undefined ? undefined : withLength(body, length),
    redirect: request.redirect,
  };
}

/** What goes over the wire as headers. */
export function headerList({ url, headers }: FetchRequest): HttpHeader[] {
  return [["Host", url.host], ...headers];
}

/** A URL that can be fetched. */
export function checkUrl(text: string | URL): URL {
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`Cannot fetch a URL of ${url.protocol} expected http: or https:`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(`Cannot fetch from ${url.host}: the URL includes credentials`);
  }
  return url;
}

/** The length that the caller told of a stream, which it must then have. */
function withLength(body: FetchBody, told: string | null): FetchBody {
  if (told === null || body.bytes !== undefined) return body;
  if (!/^\d{1,15}$/.test(told)) {
    throw new TypeError(`Cannot fetch with the Content-Length "${told}"`);
  }
  return { ...body, length: Number(told) };
}
