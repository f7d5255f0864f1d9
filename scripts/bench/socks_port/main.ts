/**
 * A SOCKS5 port and what it leads to, both in one process and on Bun's own sockets, so that neither
 * takes long. It grants every request for CONNECT, opens nothing, and is then itself the target: an
 * HTTP server that answers `GET /n` with `n` bytes and hangs up. The target is on a port of its own,
 * too, for clients without SOCKS.
 *
 * It takes each message of a client for one piece, as all that are measured send it. It prints one
 * line of JSON, a {@linkcode SocksPortInfo}, and ends with its standard input.
 */
import process from "node:process";
import { responseHead, type SocksPortInfo } from "./info.ts";

/** As much of Bun's API as is needed here. */
interface BunSocket {
  data: Session;
  write(bytes: Uint8Array): number;
  end(): void;
}
interface BunGlobal {
  listen(options: {
    hostname: string;
    port: number;
    socket: {
      open(socket: BunSocket): void;
      data(socket: BunSocket, chunk: Uint8Array): void;
      drain(socket: BunSocket): void;
      error(): void;
    };
  }): { port: number };
}

/** What a client has come to. */
interface Session {
  stage: "greeting" | "request" | "http" | "answer";
  /** What of the head has not been sent. */
  head: Uint8Array;
  /** How many bytes of the body have not been sent. */
  missing: number;
}

const VERSION = 5;
const NO_AUTHENTICATION = Uint8Array.of(VERSION, 0);
const NO_ACCEPTABLE_METHOD = Uint8Array.of(VERSION, 255);
const GRANTED = Uint8Array.of(VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0);
const NOTHING = new Uint8Array(0);
const BODY = new Uint8Array(1 << 20);

const { Bun } = globalThis as unknown as { Bun: BunGlobal };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function take(socket: BunSocket, chunk: Uint8Array): void {
  const session = socket.data;
  switch (session.stage) {
    case "greeting": {
      const isOffered = chunk[0] === VERSION && chunk.subarray(2, 2 + chunk[1]!).includes(0);
      socket.write(isOffered ? NO_AUTHENTICATION : NO_ACCEPTABLE_METHOD);
      session.stage = "request";
      break;
    }
    case "request":
      socket.write(GRANTED);
      session.stage = "http";
      break;
    case "http": {
      const size = Number(/^GET \/(\d+) /.exec(decoder.decode(chunk))?.[1]);
      session.stage = "answer";
      session.head = encoder.encode(responseHead(size));
      session.missing = size;
      if (size < BODY.length) {
        const answer = new Uint8Array(session.head.length + size);
        answer.set(session.head);
        session.head = answer;
        session.missing = 0;
      }
      send(socket);
      break;
    }
  }
}

/** Sends what the system takes of the answer, and hangs up at its end. */
function send(socket: BunSocket): void {
  const session = socket.data;
  if (session.stage !== "answer") return;
  if (session.head.length > 0) {
    session.head = session.head.subarray(Math.max(socket.write(session.head), 0));
    if (session.head.length > 0) return;
  }
  while (session.missing > 0) {
    const piece = session.missing < BODY.length ? BODY.subarray(0, session.missing) : BODY;
    const sent = socket.write(piece);
    if (sent < 0) return;
    session.missing -= sent;
    if (sent < piece.length) return;
  }
  socket.end();
}

function listen(stage: Session["stage"]): number {
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        socket.data = { stage, head: NOTHING, missing: 0 };
      },
      data: take,
      drain: send,
      // A client that leaves in the midst of an answer harms no one.
      error: () => {},
    },
  }).port;
}

const info: SocksPortInfo = { socks: listen("greeting"), target: listen("http") };
process.stdout.write(JSON.stringify(info) + "\n");
process.stdin.on("end", () => process.exit()).resume();
