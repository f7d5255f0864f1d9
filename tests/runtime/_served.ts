import type {
  Conn,
  HttpServer,
  RequestHandler,
  Runtime,
  ServeOptions,
} from "../../lib/runtime/types.ts";
import { pattern, send, type SocketKind, withListener } from "./_support.ts";

/** What the URLs of the tests begin with. */
export const ORIGIN = "http://served.example";
/** A request, after which another may come. */
export const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
/** A request that is the last of its connection. */
export const LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** Many bytes, all of them ASCII. */
export const BIG: Uint8Array<ArrayBuffer> = Uint8Array.from(pattern(500_000), (byte) => byte & 127);
/** More than the system keeps for a connection. */
export const HUGE: Uint8Array = new Uint8Array(32_000_000);

/** A server of a test. */
export interface Served {
  readonly server: HttpServer;
  /** What `onError` got. */
  readonly errors: unknown[];
  /** Opens a connection, which is closed in the end. */
  readonly open: () => Promise<Client>;
}

/** A client that speaks HTTP by hand. */
export interface Client {
  readonly conn: Conn;
  /** Sends a text. */
  readonly say: (text: string) => Promise<void>;
  /** What comes until the text has come; all that comes where it is not told. */
  readonly hear: (end?: string) => Promise<string>;
}

/** Makes tests with a server by one kind of socket. */
export class ServedOnes {
  readonly runtime: Runtime;
  readonly #kind: SocketKind;

  constructor(runtime: Runtime, kind: SocketKind) {
    this.runtime = runtime;
    this.#kind = kind;
  }

  /** A test with a server, which is closed in the end. */
  with(
    handler: RequestHandler,
    body: (served: Served) => Promise<void>,
    options: Partial<ServeOptions> = {},
  ): () => Promise<void> {
    const { runtime } = this;
    return () =>
      withListener(runtime, this.#kind, async (listener) => {
        const errors: unknown[] = [];
        const server = await runtime.serve(listener, handler, {
          origin: ORIGIN,
          onError: (error) => errors.push(error),
          ...options,
        });
        const conns: Conn[] = [];
        const open = async () => {
          const conn = await runtime.connect(listener.address);
          conns.push(conn);
          return clientOf(conn);
        };
        try {
          await body({ server, errors, open });
        } finally {
          await server.close({ force: true });
          for (const conn of conns) await conn.close();
        }
      });
  }
}

function clientOf(conn: Conn): Client {
  let heard = "";
  const reader = conn.readable.getReader();
  const hear = async (end?: string) => {
    for (;;) {
      const at = end === undefined ? -1 : heard.indexOf(end);
      if (end !== undefined && at >= 0) {
        const found = heard.slice(0, at + end.length);
        heard = heard.slice(at + end.length);
        return found;
      }
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) {
        if (end !== undefined) throw new Error(`It ended after ${JSON.stringify(heard)}`);
        return heard;
      }
      heard += new TextDecoder("latin1").decode(value);
    }
  };
  return { conn, say: (text) => send(conn, text), hear };
}

/** What is answered to one request on a connection of its own. */
export async function ask(served: Served, request: string): Promise<string> {
  const client = await served.open();
  await client.say(request);
  return await client.hear();
}

/** The lines of the head of an answer, in lower case. */
export function headOf(answer: string): string[] {
  return answer.slice(0, answer.indexOf("\r\n\r\n")).toLowerCase().split("\r\n");
}

/** The body of an answer, as it was sent. */
export const bodyOf = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);

/** A handler that answers with five letters. */
export const hello: RequestHandler = (): Response =>
  new Response("hello", { headers: { "content-type": "text/plain", "content-length": "5" } });
