import type { Conn } from "../../lib/runtime/types.ts";

/**
 * A connection that is no socket, to a server in memory which answers each request by telling its
 * first line and its host.
 */
export function connectToMemory(): Conn {
  const toServer = new TransformStream<Uint8Array, Uint8Array>();
  const toClient = new TransformStream<Uint8Array, Uint8Array>();
  void serve(toServer.readable, toClient.writable).catch(() => {});
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => close = resolve);
  return {
    readable: toClient.readable,
    writable: toServer.writable,
    closed,
    localAddress: undefined,
    remoteAddress: undefined,
    close: () => Promise.resolve(close()),
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
  };
}

async function serve(
  requests: ReadableStream<Uint8Array>,
  answers: WritableStream<Uint8Array>,
): Promise<void> {
  const writer = answers.getWriter();
  const decoder = new TextDecoder();
  let head = "";
  for await (const chunk of requests) {
    head += decoder.decode(chunk, { stream: true });
    if (!head.endsWith("\r\n\r\n")) continue;
    const host = /\r\nhost: (\S+)/i.exec(head)?.[1];
    const body = `${head.slice(0, head.indexOf(" HTTP/"))} of ${host}`;
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    head = "";
    await writer.write(new TextEncoder().encode(answer));
  }
}
