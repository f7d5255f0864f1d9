import type { Conn, Listener, Runtime, SocketAddress } from "../../lib/runtime/types.ts";

/** Runs `body` in a temporary directory that is gone afterwards. */
export async function inTempDirectory(
  runtime: Runtime,
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  try {
    await body(directory);
  } finally {
    await runtime.remove(directory, { recursive: true });
  }
}

/** The kinds of sockets that everything about connections is tried on. */
export const SOCKET_KINDS = ["TCP", "Unix"] as const;

/** One of {@linkcode SOCKET_KINDS}. */
export type SocketKind = (typeof SOCKET_KINDS)[number];

/** Runs `body` with a listener, which is closed afterwards. */
export async function withListener(
  runtime: Runtime,
  kind: SocketKind,
  body: (listener: Listener) => Promise<void>,
): Promise<void> {
  await inTempDirectory(runtime, async (directory) => {
    const address: SocketAddress = kind === "TCP"
      ? { hostname: "127.0.0.1", port: 0 }
      : { path: `${directory}/socket` };
    const listener = await runtime.listen(address);
    try {
      await body(listener);
    } finally {
      await listener.close();
    }
  });
}

/** Runs `body` with both ends of a connection, which are closed afterwards. */
export async function withPair(
  runtime: Runtime,
  kind: SocketKind,
  body: (client: Conn, server: Conn) => Promise<void>,
): Promise<void> {
  await withListener(runtime, kind, async (listener) => {
    const [client, server] = await Promise.all([
      runtime.connect(listener.address),
      accept(listener),
    ]);
    try {
      await body(client, server);
    } finally {
      await Promise.all([client.close(), server.close()]);
    }
  });
}

/** The next connection of a listener. */
export async function accept(listener: Listener): Promise<Conn> {
  const { done, value } = await listener[Symbol.asyncIterator]().next();
  if (done) throw new Error("The listener was closed");
  return value;
}

/** Sends bytes and leaves the stream unlocked. */
export async function send(conn: Conn, data: Uint8Array | string): Promise<void> {
  const writer = conn.writable.getWriter();
  try {
    await writer.write(typeof data === "string" ? bytes(data) : data);
  } finally {
    writer.releaseLock();
  }
}

/** Reads exactly `count` bytes, or what there is where the stream ends before. */
export async function receive(
  stream: ReadableStream<Uint8Array>,
  count: number = Infinity,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < count) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.byteLength;
    }
  } finally {
    reader.releaseLock();
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Reads to the end, as text. */
export async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await receive(stream));
}

/** Text as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes of which every piece is told from every other. */
export function pattern(size: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let index = 0; index < size; index++) data[index] = (index * 31 + (index >> 8)) & 255;
  return data;
}

/** Whether two arrays hold the same bytes; `assert.deepEqual` takes long over megabytes. */
export function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}

/** A signal that counts the listeners which wait on it. */
export class CountingSignal {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #waiting = new Set<unknown>();
  readonly #once = new Set<unknown>();

  constructor() {
    this.signal = this.#controller.signal;
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      this.#waiting.add(args[1]);
      if ((args[2] as { once?: boolean } | undefined)?.once) this.#once.add(args[1]);
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      this.#waiting.delete(args[1]);
      Reflect.apply(removeEventListener, signal, args);
    };
  }

  /** How many listeners were added and not removed. */
  get listeners(): number {
    return this.#waiting.size;
  }

  /** Aborts the signal, which lets go of the listeners that were to be called once. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
    for (const listener of this.#once) this.#waiting.delete(listener);
  }
}

/**
 * Lets the platform work for a while without waiting on the clock: traffic goes to and fro on a
 * connection of its own, each way after all that was ready before it.
 */
export async function settle(runtime: Runtime, rounds: number = 25): Promise<void> {
  await withPair(runtime, "TCP", async (client, server) => {
    for (let round = 0; round < rounds; round++) {
      await send(client, "ping");
      await receive(server.readable, 4);
      await send(server, "pong");
      await receive(client.readable, 4);
    }
  });
}
