import { Buffer } from "node:buffer";
import { connect } from "node:net";

/** The sending half of a socket whose bytes go to a callback. */
export interface BareSocket {
  /** Sends ASCII text. */
  write(text: string): void;
}

/** As much of Bun's API as is needed here. */
interface BunSocket {
  write(bytes: Uint8Array): number;
}
interface BunGlobal {
  connect(
    options: ({ hostname: string; port: number } | { unix: string }) & {
      socket: { data(socket: BunSocket, chunk: Uint8Array): void; drain(): void };
    },
  ): Promise<BunSocket>;
}

type OnChunk = (chunk: Uint8Array) => void;

const READ_SIZE = 1 << 16;

/**
 * Connects to `address` by what reads fastest on the runtime that this runs on: `Deno.connect`,
 * `Bun.connect`, or node:net with one buffer for all reads. A chunk is valid only until `onChunk`
 * returns.
 */
export function openBareSocket(address: string, onChunk: OnChunk): Promise<BareSocket> {
  if ("Deno" in globalThis) return openOnDeno(address, onChunk);
  if ("Bun" in globalThis) return openOnBun(address, onChunk);
  return openOnNode(address, onChunk);
}

async function openOnDeno(address: string, onChunk: OnChunk): Promise<BareSocket> {
  const target = parseAddress(address);
  const conn = "path" in target
    ? await Deno.connect({ transport: "unix", ...target })
    : await Deno.connect({ hostname: target.host, port: target.port });
  const read = async () => {
    const buffer = new Uint8Array(READ_SIZE);
    for (let size = await conn.read(buffer); size !== null; size = await conn.read(buffer)) {
      onChunk(buffer.subarray(0, size));
    }
  };
  const write = async (text: string) => {
    let rest: Uint8Array = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
  };
  void read();
  return { write };
}

async function openOnBun(address: string, onChunk: OnChunk): Promise<BareSocket> {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const target = parseAddress(address);
  let rest: Uint8Array = new Uint8Array();
  const flush = () => {
    if (rest.length > 0) rest = rest.subarray(socket.write(rest));
  };
  const socket = await Bun.connect({
    ...("path" in target ? { unix: target.path } : { hostname: target.host, port: target.port }),
    socket: { data: (_, chunk) => onChunk(chunk), drain: flush },
  });
  return {
    write: (text) => {
      rest = Buffer.concat([rest, Buffer.from(text)]);
      flush();
    },
  };
}

function openOnNode(address: string, onChunk: OnChunk): Promise<BareSocket> {
  const onread = {
    buffer: Buffer.alloc(READ_SIZE),
    callback: (size: number, buffer: Uint8Array) => {
      onChunk(buffer.subarray(0, size));
      return true;
    },
  };
  return new Promise((resolve, reject) => {
    const socket = connect({ ...parseAddress(address), noDelay: true, onread }, () => {
      resolve({ write: (text) => socket.write(text) });
    });
    socket.on("error", reject);
  });
}

function parseAddress(address: string): { host: string; port: number } | { path: string } {
  if (address.startsWith("unix:")) return { path: address.slice(5) };
  const [host = "", port = ""] = address.split(":");
  return { host, port: Number(port) };
}
