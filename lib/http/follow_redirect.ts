import { checkUrl, type FetchRequest } from "./fetch_request.ts";

/** The most redirects that are followed for one request (the fetch standard, section 4.4). */
export const MAX_REDIRECTS = 20;

const REDIRECT_STATUS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that describe a body, and go with it. */
const BODY_HEADERS = ["content-encoding", "content-language", "content-location", "content-type"];

/** Headers that are meant for the origin alone that they were first sent to. */
const ORIGIN_HEADERS = ["authorization", "cookie", "cookie2", "proxy-authorization", "referer"];

/** An answer that may be a redirect. */
export interface RedirectAnswer {
  /** The status. */
  readonly status: number;
  /** The `Location`; `null` where there is none. */
  readonly location: string | null;
}

/**
 * The request that an answer redirects to, by the fetch standard (HTTP-redirect fetch, section 4.4).
 *
 * @param count How many redirects were followed before.
 * @returns The next request; `undefined` where the answer is for the caller.
 * @throws {TypeError} Where the redirect must not be followed.
 */
export function followRedirect(
  request: FetchRequest,
  { status, location }: RedirectAnswer,
  count: number,
): FetchRequest | undefined {
  if (!REDIRECT_STATUS.has(status) || request.redirect === "manual") return undefined;
  if (request.redirect === "error") {
    throw new TypeError(`It redirects (${status}), which \`redirect: "error"\` refuses`);
  }
  if (location === null) return undefined;
  const url = locationUrl(location, request.url);
  if (count >= MAX_REDIRECTS) {
    throw new TypeError(`It redirects more than ${MAX_REDIRECTS} times`);
  }
  if (status !== 303 && request.body !== undefined && request.body.bytes === undefined) {
    throw new TypeError(
      `It redirects (${status}), and a body that is a stream cannot be sent again`,
    );
  }
  const headers = new Headers(request.headers);
  if (url.origin !== request.url.origin) {
    for (const name of ORIGIN_HEADERS) headers.delete(name);
  }
  if (!becomesGet(status, request.method)) return { ...request, url, headers };
  for (const name of BODY_HEADERS) headers.delete(name);
  return { ...request, url, headers, method: "GET", body: undefined };
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function locationUrl(location: string, base: URL): URL {
  let url: URL;
  try {
    url = new URL(location, base);
  } catch (cause) {
    throw new TypeError(`It redirects to "${location}", which is no URL`, { cause });
  }
  if (url.hash === "") url.hash = base.hash;
  return checkUrl(url);
}
