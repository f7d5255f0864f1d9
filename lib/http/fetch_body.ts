import { abortable } from "../util/abort.ts";
import { nextTurn } from "../util/next_turn.ts";

/** A request's body: all its bytes, or a stream that can be sent once. */
export interface FetchBody {
  /** All of it; `undefined` where it is streamed. */
  readonly bytes?: Uint8Array | undefined;
  /** The stream; `undefined` where the bytes are there. */
  readonly stream?: ReadableStream<Uint8Array> | undefined;
  /** The length that the caller told of the stream. */
  readonly length?: number | undefined;
  /** The media type that belongs to it. */
  readonly type?: string | undefined;
}

/** Where a body is taken from. */
export interface TakeBodyOptions {
  /** What `fetch` was called with. */
  input: string | URL | Request;
  /** What `fetch` was called with besides. */
  init: RequestInit;
  /** Gives up. */
  signal: AbortSignal;
}

/** How much of a `Request`'s body is read to see whether it ends. */
const READ_AHEAD = 64 * 1024;

/** The body of a request, whose own it is no more. */
export async function takeBody(
  request: Request,
  { input, init, signal }: TakeBodyOptions,
): Promise<FetchBody | undefined> {
  const given = init.body;
  if (given !== undefined && given !== null) {
    if (isStream(given)) return { stream: request.body ?? undefined };
    const type = request.headers.get("content-type") ??
      new Response(given).headers.get("content-type") ?? undefined;
    const bytes = new Uint8Array(await abortable(request.arrayBuffer(), signal));
    return { bytes, type: typeof given === "string" ? type ?? "text/plain;charset=UTF-8" : type };
  }
  if (!(input instanceof Request) || request.body === null || given === null) return undefined;
  return await readAhead(request.body, signal);
}

function isStream(body: NonNullable<RequestInit["body"]>): body is ReadableStream<Uint8Array> {
  return body instanceof ReadableStream ||
    (typeof body === "object" && Symbol.asyncIterator in body);
}

/**
 * A `Request` does not tell whether its body was a text or a stream. A text comes at once: where all
 * is there before the event loop turns, it can be sent with its length, and again.
 */
async function readAhead(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<FetchBody> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let next = reader.read();
  while (size <= READ_AHEAD) {
    const result = await abortable(Promise.race([next, nextTurn()]), signal);
    if (result === undefined) break;
    if (result.done) return { bytes: concat(chunks, size) };
    chunks.push(result.value);
    size += result.value.byteLength;
    next = reader.read();
  }
  return {
    stream: new ReadableStream<Uint8Array>({
      start: (controller) => chunks.forEach((chunk) => controller.enqueue(chunk)),
      pull: async (controller) => {
        const { done, value } = await next;
        if (done) return controller.close();
        controller.enqueue(value);
        next = reader.read();
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 }),
  };
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
