import type { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

/** Fingerprints of directories. */
export const DIRECTORIES: readonly string[] = ["A", "B", "C"].map((digit) => digit.repeat(40));

/** One HS_DESC event of a service, as Tor writes it, without its line ending. */
export function hsDesc(
  action: string,
  { serviceId }: { readonly serviceId: string },
  { directory, descriptor, reason }: {
    /** Which of {@linkcode DIRECTORIES}; default none. */
    directory?: number;
    /** The descriptor's id; default none. */
    descriptor?: string;
    reason?: string;
  } = {},
): string {
  const name = directory === undefined ? "UNKNOWN" : `$${DIRECTORIES[directory]}~dir${directory}`;
  const words = ["650 HS_DESC", action, serviceId, "UNKNOWN", name];
  if (descriptor !== undefined) words.push(descriptor);
  if (reason !== undefined) words.push(`REASON=${reason}`);
  return words.join(" ");
}

/** A scripted Tor that was joined, and which lets events be subscribed. */
export class ScriptedTor implements AsyncDisposable {
  readonly port: ScriptedControlPort;
  readonly tor: Tor;

  private constructor(port: ScriptedControlPort, tor: Tor) {
    this.port = port;
    this.tor = tor;
  }

  static async start({ reconnect = false }: { reconnect?: boolean } = {}): Promise<ScriptedTor> {
    const port = await ScriptedControlPort.start();
    port.always(/^SETEVENTS/).reply("250 OK");
    port.always("GETINFO uptime").reply("250-uptime=1", "250 OK");
    return new ScriptedTor(port, await connect({ control: port.address, reconnect }));
  }

  /** Expects a service of a key to be added. */
  expectAdded(key: OnionServiceKey, ...events: string[]): void {
    this.port.expect(`ADD_ONION ${key.toBlob()} Port=80,127.0.0.1:80`)
      .reply(`250-ServiceID=${key.address.serviceId}`, "250 OK", ...events);
  }

  /** Expects a service to be removed. */
  expectRemoved(key: OnionServiceKey): void {
    this.port.expect(`DEL_ONION ${key.address.serviceId}`).reply("250 OK");
  }

  /** Sends events, and resolves when they were seen. */
  async send(...events: string[]): Promise<void> {
    await this.port.send(events.map((event) => `${event}\r\n`).join(""));
    await this.tor.control.getInfo("uptime");
    // What follows from an event may take some turns.
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** The commands that came, without those that subscribe. */
  get commands(): string[] {
    return this.port.received.map(({ keyword }) => keyword)
      .filter((keyword) => /ONION|HSFETCH|CONF/.test(keyword));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tor[Symbol.asyncDispose]();
    await this.port[Symbol.asyncDispose]();
  }
}

/** Notes whether a promise has settled. */
export function settled(promise: Promise<unknown>): { readonly isOver: boolean } {
  const state = { isOver: false };
  const end = () => {
    state.isOver = true;
  };
  promise.then(end, end);
  return state;
}
