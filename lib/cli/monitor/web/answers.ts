/**
 * What the page may do, and who may have it: nothing but what this server gives, in no frame, in no cache, and
 * no text of others as HTML.
 */
const GUARDS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** An answer with a body of a type. */
export function answer(body: BodyInit, contentType: string): Response {
  return new Response(body, { headers: { ...GUARDS, "content-type": contentType } });
}

/** An answer without a body, which tells nothing but its status. */
export function bare(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { ...GUARDS, ...headers } });
}

/** A failure that is told to the user of the page. */
export function failure(message: string): Response {
  return new Response(JSON.stringify({ error: message }), {
    status: 502,
    headers: { ...GUARDS, "content-type": "application/json" },
  });
}
