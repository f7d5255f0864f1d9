import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { parseAddress } from "../../lib/util/address.ts";
import type { LoadPortInfo } from "./load_port/info.ts";
import type { ClientSetup } from "./measure.ts";
import type { SocksPortInfo } from "./socks_port/info.ts";
import { RoundTripCounter } from "./round_trips.ts";
import { type StartedPort, startPort } from "./start_port.ts";

/** What clients are measured on; it ends when it is disposed. */
export interface Bench extends AsyncDisposable {
  /** How the clients are started. */
  readonly setup: ClientSetup;
}

const LOOPBACK = "127.0.0.1";

/** Starts the control port that answers as fast as it can; clients come by TCP or by a Unix socket. */
export async function startControlBench(
  compiled: string,
  { unix }: { unix: boolean },
): Promise<Bench & { readonly state: ClientSetup; readonly info: LoadPortInfo }> {
  const socket = `${compiled}/control`;
  const server = "scripts/bench/load_port/main.ts";
  const command = [Deno.execPath(), "run", "--allow-all", server, socket];
  const port = await startPort<LoadPortInfo>(command);
  const { info } = port;
  const address = unix ? `unix:${socket}` : `${LOOPBACK}:${info.port}`;
  const task = { address, statusLines: info.statusLines };
  return {
    info,
    setup: { clients: "scripts/bench/clients", compiled, task },
    state: { clients: "scripts/bench/state_clients", compiled, task },
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

/** Starts a tor without a network, and a port that counts the round trips to it. */
export async function startConfigBench(
  compiled: string,
): Promise<
  Bench & {
    readonly tcp: ClientSetup;
    readonly counted: ClientSetup;
    readonly trips: RoundTripCounter;
  }
> {
  await using starting = new AsyncDisposableStack();
  const { control, controlPort } = starting.use(await startLoneTor({ authentication: [] }));
  const trips = starting.use(RoundTripCounter.start(controlPort));
  const setup = (address: string): ClientSetup => ({
    clients: "scripts/bench/clients",
    compiled,
    task: { address },
  });
  const resources = starting.move();
  return {
    setup: setup(control),
    tcp: setup(controlPort),
    counted: setup(trips.address),
    trips,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Starts the SOCKS port that does no more than SOCKS, and its target. */
export async function startSocksBench(compiled: string): Promise<Bench> {
  const port = await startSocksPort();
  return {
    setup: socksSetup(compiled, {
      socks: { hostname: LOOPBACK, port: port.info.socks },
      // It connects to nothing, whatever it is asked for.
      target: { hostname: "bench.example", port: 80 },
      direct: { hostname: LOOPBACK, port: port.info.target },
    }),
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

/** Starts a private Tor network, and the same target. */
export async function startTorBench(compiled: string): Promise<Bench> {
  await using starting = new AsyncDisposableStack();
  const { info } = starting.use(await startSocksPort());
  const network = starting.use(await PrivateNetwork.start());
  const direct = { hostname: LOOPBACK, port: info.target };
  const socks = parseAddress(network.client.socksPort);
  const setup = socksSetup(compiled, { socks, target: direct, direct });
  const resources = starting.move();
  return { setup, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function startSocksPort(): Promise<StartedPort<SocksPortInfo>> {
  return startPort<SocksPortInfo>(["node_modules/.bin/bun", "scripts/bench/socks_port/main.ts"]);
}

function socksSetup(compiled: string, task: Readonly<Record<string, unknown>>): ClientSetup {
  return { clients: "scripts/bench/socks_clients", compiled, task };
}
