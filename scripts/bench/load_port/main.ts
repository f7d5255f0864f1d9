/**
 * A control port that answers what controllers ask at their start and then, as fast as it can,
 * `GETINFO version`, `GETINFO ns/all`, `LOAD n`, which is `250 OK` and `n` CIRC and STREAM events, and
 * `LOAD CONSENSUS`, which is `250 OK` and a NEWCONSENSUS event: the next consensus.
 *
 * It listens on a free port of 127.0.0.1 and on the Unix socket named by its argument, prints one
 * line of JSON, a {@linkcode LoadPortInfo}, and ends with its standard input.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
import { buildEvents } from "./events.ts";
import type { LoadPortInfo } from "./info.ts";
import { buildRelays } from "./relays.ts";
import { REPLIES } from "./replies.ts";

const RELAYS = 10_000;
const CIRCUITS = 2_000;
/** How many relays the next consensus has in place of as many of the first. */
const NEWCOMERS = 100;
/** How many events are written at once. */
const PIECE_EVENTS = 4_000;

const allRelays = buildRelays(RELAYS + NEWCOMERS);
const relays = allRelays.slice(0, RELAYS);
const block = buildEvents(relays, CIRCUITS);
const blockPieces = Array.from(
  { length: Math.ceil(block.lines.length / PIECE_EVENTS) },
  (_, i) => Buffer.from(block.lines.slice(i * PIECE_EVENTS, (i + 1) * PIECE_EVENTS).join("")),
);
const statusText = relays.map((relay) => relay.status).join("");
const status = `250+ns/all=\r\n${statusText}.\r\n250 OK\r\n`;
const statusBytes = Buffer.from(status);
const nextText = allRelays.slice(NEWCOMERS).map((relay) => relay.status).join("");
const newConsensusBytes = Buffer.from(`650+NEWCONSENSUS\r\n${nextText}.\r\n650 OK\r\n`);

/** Answers the commands of one controller. */
function serve(socket: Socket): void {
  let rest = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    const commands = (rest + chunk.toString()).split("\r\n");
    rest = commands.pop() ?? "";
    let replies = "";
    const flush = () => {
      if (replies !== "") socket.write(replies);
      replies = "";
    };
    for (const command of commands) {
      if (command === "GETINFO ns/all") {
        flush();
        socket.write(statusBytes);
        continue;
      }
      replies += REPLIES.get(command) ?? "250 OK\r\n";
      if (command === "LOAD CONSENSUS") {
        flush();
        socket.write(newConsensusBytes);
      } else if (command.startsWith("LOAD ")) {
        flush();
        const blocks = Number(command.slice(5)) / block.lines.length;
        // A controller that leaves in the midst of its events harms no one.
        sendBlocks(socket, blocks).catch(() => socket.destroy());
      }
    }
    flush();
  });
}

/**
 * Sends the block of events `count` times, no faster than the socket takes it. A reply may come
 * between two pieces.
 */
async function sendBlocks(socket: Socket, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    for (const piece of blockPieces) {
      if (!socket.write(piece)) await once(socket, "drain");
    }
  }
}

createServer(serve).listen(process.argv[2]);
const server = createServer(serve).listen(0, "127.0.0.1", () => {
  const info: LoadPortInfo = {
    port: (server.address() as AddressInfo).port,
    blockEvents: block.lines.length,
    blockCircuitIds: block.circuitIds,
    blockChecksum: block.circuitIds + block.hops + block.fields,
    blockBytes: blockPieces.reduce((sum, piece) => sum + piece.length, 0),
    relays: RELAYS,
    statusLines: status.split("\n").length - 1,
    statusCharacters: statusText.replaceAll("\r", "").length - 1,
    statusBytes: statusBytes.length,
  };
  process.stdout.write(JSON.stringify(info) + "\n");
});
process.stdin.on("end", () => process.exit()).resume();
