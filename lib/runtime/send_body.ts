import type { Writable } from "node:stream";
import { onAbort } from "../util/on_abort.ts";
import type { HttpRequest } from "./types.ts";

/**
 * Sends a request's body and ends the request. Resolves when all of it was handed over.
 *
 * @param signal Aborts when nobody wants the rest, which is then cancelled.
 * @throws {TypeError} Where a streamed body fails, is not of bytes, or not of the length that was told.
 */
export async function sendBody(
  to: Writable,
  { body, contentLength }: Pick<HttpRequest, "body" | "contentLength">,
  signal?: AbortSignal,
): Promise<void> {
  if (!(body instanceof ReadableStream)) {
    await new Promise<void>((resolve, reject) => {
      const closed = () => reject(new Error("the request was closed"));
      to.once("close", closed).once("finish", () => {
        to.off("close", closed);
        resolve();
      });
      to.end(body);
    });
    return;
  }
  const reader = body.getReader();
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  const stop = onAbort(signal, cancel);
  try {
    let sent = 0;
    for (;;) {
      const { done, value } = await read(reader);
      if (signal?.aborted) return;
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError("Cannot send a body that streams what is not a Uint8Array");
      }
      sent += value.byteLength;
      if (sent > (contentLength ?? Infinity)) break;
      await write(to, value);
    }
    if (contentLength !== undefined && sent !== contentLength) {
      throw new TypeError(
        `Cannot send a body that has not the ${contentLength} bytes it was to have`,
      );
    }
    await new Promise<void>((resolve) => to.end(resolve));
  } catch (error) {
    cancel();
    throw error;
  } finally {
    stop();
  }
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot send a body that fails: ${why}`, { cause });
  }
}

function write(to: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(chunk, (error) => error ? reject(error) : resolve());
  });
}
