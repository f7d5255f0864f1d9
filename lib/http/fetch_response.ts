import type { HttpResponse } from "../runtime/types.ts";
import { onAbort } from "../util/on_abort.ts";
import { decodeBody } from "./decode_body.ts";

/** What a `Response` is made of, besides the answer. */
export interface FetchResponseOptions {
  /** Where the answer came from. */
  url: URL;
  /** Whether it came there by a redirect. */
  redirected: boolean;
  /** Whether an answer to this method has a body. */
  method: string;
  /** Aborts the body, which then fails with the reason at once. */
  signal: AbortSignal;
  /** Called when the body has ended, failed or been cancelled, or there is none. */
  onEnd: () => void;
  /** Makes what the body fails with of what went wrong. */
  explain: (error: unknown) => unknown;
}

/** Statuses whose answers have no body. */
const NULL_BODY_STATUS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Makes the platform's `Response` of an answer. */
export async function toFetchResponse(
  answer: HttpResponse,
  options: FetchResponseOptions,
): Promise<Response> {
  const headers = new Headers(
    answer.headers.map(([name, value]): [string, string] => [name, value]),
  );
  const { status, statusText } = answer;
  let body: ReadableStream<Uint8Array> | null = null;
  if (options.method === "HEAD" || NULL_BODY_STATUS.has(status)) {
    await drain(answer.body);
    options.onEnd();
  } else {
    body = guard(decodeBody(answer.body, headers.get("content-encoding")), options);
  }
  return describe(new Response(body as BodyInit | null, { status, statusText, headers }), options);
}

/** Reads a body that nobody wants, so that its connection can be used again; a long one is cut off. */
export async function drain(
  body: ReadableStream<Uint8Array>,
  limit: number = 64 * 1024,
): Promise<void> {
  const reader = body.getReader();
  try {
    for (let size = 0; size <= limit;) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // What ended it ends its connection too, which is then not used again.
  }
}

/** The body as the caller sees it. */
function guard(
  source: ReadableStream<Uint8Array>,
  { signal, onEnd, explain }: FetchResponseOptions,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let stop: () => void;
  const end = () => {
    stop();
    onEnd();
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      stop = onAbort(signal, () => {
        controller.error(signal.reason);
        end();
        reader.cancel(signal.reason).catch(() => {});
      });
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        if (signal.aborted) return;
        controller.error(explain(error));
      }
      end();
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** Says of a `Response`, and of its clones, what the platform lets only its own `fetch` say. */
function describe(response: Response, options: FetchResponseOptions): Response {
  const [url] = options.url.href.split("#", 1);
  const { clone } = response;
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: options.redirected, configurable: true },
    type: { value: "basic", configurable: true },
    clone: {
      value: () => describe(clone.call(response), options),
      configurable: true,
      writable: true,
    },
  });
}
