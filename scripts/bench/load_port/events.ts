import { Random } from "./random.ts";
import type { Relay } from "./relays.ts";

/** A stretch of events that may be sent again and again. */
export interface EventBlock {
  /** One line for each event, ended by CRLF. */
  readonly lines: readonly string[];
  /** The circuit ids of all its events, added up. */
  readonly circuitIds: number;
  /** The lengths of all paths in its CIRC events, added up. */
  readonly hops: number;
  /** How many `KEYWORD=value` fields it has. */
  readonly fields: number;
}

interface Event {
  readonly line: string;
  readonly circuitId: number;
  readonly hops: number;
}

/** How many circuits are alive at a time. */
const CONCURRENT = 64;

const USERS = ["alice", "bob", "<torS0X>0", "example.com"] as const;
const PASSWORDS = ["iso1", 's3 \\"cret', "x", "0123456789abcdef"] as const;

/**
 * Makes CIRC and STREAM events in the words of tor 0.4.9.11: the whole lives of `circuits` circuits,
 * each with one stream, {@linkcode CONCURRENT} of them interleaved. All that begins also ends, so that
 * a controller that tracks them can be sent the block again.
 */
export function buildEvents(relays: readonly Relay[], circuits: number): EventBlock {
  const random = new Random(0x7c0);
  const alive: Event[][] = [];
  const events: Event[] = [];
  let launched = 0;
  while (launched < circuits || alive.length > 0) {
    while (launched < circuits && alive.length < CONCURRENT) {
      alive.push(circuitLife(random, relays, 1000 + launched++));
    }
    const index = random.below(alive.length);
    const life = alive[index] ?? [];
    events.push(...life.splice(0, 1));
    if (life.length === 0) alive.splice(index, 1);
  }
  return {
    lines: events.map((event) => `650 ${event.line}\r\n`),
    circuitIds: total(events, (event) => event.circuitId),
    hops: total(events, (event) => event.hops),
    fields: total(events, (event) => event.line.split("=").length - 1),
  };
}

/** The events of one circuit of a Conflux pair, from its launch to its end, in order. */
function circuitLife(random: Random, relays: readonly Relay[], id: number): Event[] {
  const path = Array.from({ length: 3 }, () => relays[random.below(relays.length)]?.longName ?? "");
  const created = `TIME_CREATED=2026-11-21T20:07:${10 + random.below(50)}.${
    100_000 + random.below(900_000)
  }`;
  const conflux = random.hex(32);
  const socks = `SOCKS_USERNAME="${random.pick(USERS)}" SOCKS_PASSWORD="${random.pick(PASSWORDS)}"`;

  function circuit(status: string, hops: number, purpose: string, tail: string): Event {
    const words = ["CIRC", id, status, ...(hops > 0 ? [path.slice(0, hops).join(",")] : [])];
    const fields = `BUILD_FLAGS=NEED_CAPACITY,NEED_UPTIME PURPOSE=${purpose} ${created} ${tail}`;
    return { line: `${words.join(" ")} ${fields}`, circuitId: id, hops };
  }
  const building = (status: string, hops: number): Event =>
    circuit(status, hops, "CONFLUX_UNLINKED", `CONFLUX_ID=${conflux}`);
  return [
    building("LAUNCHED", 0),
    building("EXTENDED", 1),
    building("EXTENDED", 2),
    building("EXTENDED", 3),
    building("BUILT", 3),
    ...streamLife(random, id, socks),
    circuit("CLOSED", 3, "CONFLUX_LINKED", `${socks} REASON=FINISHED`),
  ];
}

/** The events of one stream over the circuit `circuit`, in order. */
function streamLife(random: Random, circuit: number, socks: string): Event[] {
  const id = circuit * 3 + random.below(3);
  const port = random.pick([80, 443, 8080, 42997] as const);
  const name = `www${random.below(1000)}.example.com:${port}`;
  const address = `93.184.${random.below(256)}.${random.below(256)}:${port}`;
  const source = `SOURCE_ADDR=127.0.0.1:${32768 + random.below(28000)} PURPOSE=USER `;

  function stream(status: string, on: number, target: string, fields = ""): Event {
    const line =
      `STREAM ${id} ${status} ${on} ${target} ${fields}${socks} CLIENT_PROTOCOL=SOCKS5 ` +
      "NYM_EPOCH=0 SESSION_GROUP=-4 " +
      "ISO_FIELDS=SOCKS_USERNAME,SOCKS_PASSWORD,CLIENTADDR,SESSION_GROUP,NYM_EPOCH";
    return { line, circuitId: on, hops: 0 };
  }
  return [
    stream("NEW", 0, name, source),
    stream("SENTCONNECT", circuit, name),
    stream("REMAP", circuit, address, "SOURCE=EXIT "),
    stream("SUCCEEDED", circuit, address),
    stream("CLOSED", circuit, address, "REASON=END REMOTE_REASON=DONE "),
  ];
}

function total(events: readonly Event[], count: (event: Event) => number): number {
  return events.reduce((sum, event) => sum + count(event), 0);
}
