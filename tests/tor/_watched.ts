// Started by leak_test.ts in a network of its own, in which nothing is but what is started here: goes
// every way through a Tor whose ports are Unix sockets, and by a circuit of its own beside an attacher,
// then leaves it on purpose. Tells both times what came back, which names the system's resolver was asked for, and how many connected directly.
import dns from "node:dns";
import process from "node:process";
import { decodeDnsMessage, encodeDnsMessage } from "../../lib/codec/dns_message.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { DnsTable } from "../../lib/testing/dns_table.ts";
import { connect } from "../../lib/tor/connect.ts";
import { TorConnections } from "../../lib/tor/connections.ts";
import { parseAddress } from "../../lib/util/address.ts";
import { CircuitBuilder } from "../../lib/state/circuit_builder.ts";
import { startServer } from "./_support.ts";
import { connectEveryWay, goEveryWay, waysRecords, type WaysTarget } from "./_ways.ts";

/** What the program is told. */
export interface WatchedTarget extends WaysTarget {
  /** The control port. */
  readonly control: string;
  /** The SOCKS port. */
  readonly socks: string;
}

const { control, socks, suffix, port }: WatchedTarget = JSON.parse(process.argv.at(-1)!);
const runtime = await detectRuntime();

// The system's resolver: it leads whoever asks it to the decoy.
const asked = new Set<string>();
const byCircuit = `circuit.${suffix}`;
const records = { ...waysRecords(suffix), ...waysRecords(byCircuit) };
const table = new DnsTable({ ...records, [`leak.${suffix}`]: "127.0.0.1" });
const resolver = await runtime.listenDatagram({ hostname: "127.0.0.1", port: 53 });
const answerQueries = async () => {
  for await (const { data, address } of resolver) {
    const query = decodeDnsMessage(data);
    asked.add(query.question.name);
    await resolver.send(encodeDnsMessage(table.answer(query)), address);
  }
};
void answerQueries();
const decoy = await startServer((_request, response) => response.end("direct"), { port });

const tell = (answers: unknown) => {
  const seen = { answers, asked: [...asked], accepted: decoy.accepted() };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
};

// Without a controller names are resolved at the SOCKS port too: DNS ports have no Unix sockets.
const tor = new TorConnections({ runtime, socks: parseAddress(socks), allowPrivate: true });
const answers = await goEveryWay(tor, { suffix, port });
const found = await connect({ control, allowPrivate: true });
const state = await found.getState();
const offered: string[] = [];
const circuit = await new CircuitBuilder(state).build();
await state.setAttacher({
  attachStream({ targetHost }) {
    offered.push(targetHost);
    return circuit;
  },
});
const conn = await found.streamVia(`stream.${suffix}`, port);
await conn.close();
tell({
  ...answers,
  circuit: await connectEveryWay(circuit, { suffix: byCircuit, port }),
  offered,
});
await state.setAttacher(undefined);

const leak = `leak.${suffix}`;
const looked = await new Promise((resolve) => dns.lookup(leak, 4, (_error, ip) => resolve(ip)));
const fetched = await (await fetch(`http://127.0.0.1:${port}/`)).text();
tell({ looked, fetched });
process.exit();
