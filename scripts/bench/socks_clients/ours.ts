/** torcon's part of the benchmark of SOCKS connections, the same on all three runtimes. */
import { type Conn, detectRuntime, socksConnect, TorConnections } from "../../../mod.ts";
import { type Measure, runTask } from "../clients/task.ts";
import { requestOf } from "../socks_port/info.ts";
import { forEachOf } from "./for_each_of.ts";
import { type SocksTask, urlOf } from "./socks_task.ts";

const encoder = new TextEncoder();

async function open(task: SocksTask): Promise<Measure> {
  const { size, target } = task;
  const runtime = await detectRuntime();
  const tor = new TorConnections({ runtime, socks: task.socks, allowPrivate: true });

  const dial = async (): Promise<Conn> =>
    await socksConnect(await runtime.connect(task.socks), target);
  const dialVia = (): Promise<Conn> =>
    tor.streamVia(target.hostname, target.port, { isolation: "none" });
  const connect = (dial: () => Promise<Conn>) => async (): Promise<number> => {
    const conn = await dial();
    await conn.close();
    return 1;
  };
  const receive = (dial: () => Promise<Conn>) => async (): Promise<number> => {
    const conn = await dial();
    const writer = conn.writable.getWriter();
    await writer.write(encoder.encode(requestOf(size)));
    const bytes = await countBytes(conn.readable);
    await conn.close();
    return bytes;
  };
  const fetch = async (): Promise<number> => {
    const { body } = await tor.fetch(urlOf(task), { isolation: "none" });
    return await countBytes(body!);
  };
  const actions: Readonly<Record<string, () => Promise<number>>> = {
    connect: connect(dial),
    "connect-via": connect(dialVia),
    exchange: receive(dial),
    download: receive(dial),
    http: fetch,
    "http-download": fetch,
    "tor-stream": receive(dialVia),
    "tor-request": fetch,
    "tor-sequential": fetch,
    "tor-download": fetch,
  };
  const action = actions[task.mode];
  if (action === undefined) throw new RangeError(`Cannot measure ${task.mode}`);
  return (count) => forEachOf(count, task, action);
}

async function countBytes(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength;
  }
  return bytes;
}

await runTask(open);
