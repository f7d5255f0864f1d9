import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect, type ConnectOptions } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import type { StateOptions } from "../../lib/state/state_options.ts";
import type { TorState } from "../../lib/state/tor_state.ts";

/** What a scripted Tor answers: lines by key of GETINFO. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** Three relays' fingerprints. */
export const A: string = "A".repeat(40);
export const B: string = "B".repeat(40);
export const C: string = "C".repeat(40);

/** The reply to GETINFO of the keys: no line inline, one line inline, more as a block, as Tor does. */
export function infoReply(keys: readonly string[], answers: Answers): string[] {
  return [
    ...keys.flatMap((key) => {
      const lines = answers[key] ?? [];
      return lines.length < 2 ? [`250-${key}=${lines[0] ?? ""}`] : [`250+${key}=`, ...lines, "."];
    }),
    "250 OK",
  ];
}

/** A scripted Tor whose state was read, and what it needs. */
export class ScriptedState implements AsyncDisposable {
  readonly port: ScriptedControlPort;
  readonly tor: Tor;
  readonly state: TorState;

  private constructor(port: ScriptedControlPort, tor: Tor, state: TorState) {
    this.port = port;
    this.tor = tor;
    this.state = state;
  }

  static async open(
    { answers = {}, ...options }: { answers?: Answers } & StateOptions & ConnectOptions = {},
  ): Promise<ScriptedState> {
    const port = await scriptedTor(answers);
    const tor = await connect({ ...options, control: port.address });
    return new ScriptedState(port, tor, await tor.getState(options));
  }

  /** Sends events, and resolves when they have been taken in. */
  async send(...events: readonly string[]): Promise<void> {
    await this.port.send(events.map((event) => `650 ${event}\r\n`).join(""));
    await this.tor.control.getInfo("version");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tor[Symbol.asyncDispose]();
    await this.port[Symbol.asyncDispose]();
  }
}

/** A port that answers what a state asks for. */
export async function scriptedTor(answers: Answers = {}): Promise<ScriptedControlPort> {
  const port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  port.always((command) =>
    command.keyword === "GETINFO" && !/^(?:version|events\/names)$/.test(command.args)
  ).replyWith(({ args }) => infoReply(args.split(" "), answers));
  return port;
}

/** Notes whatever it is told, as text. */
export function scribe(): { told: string[]; listener: Record<string, (...args: never[]) => void> } {
  const told: string[] = [];
  const note = (name: string) => (...[subject, detail]: readonly unknown[]) => {
    const reason = (detail as { reason?: string } | undefined)?.reason;
    const { id } = subject as { id: number };
    const other = detail instanceof Object && "id" in detail ? detail.id : undefined;
    const router = detail instanceof Object && "nickname" in detail ? detail.nickname : undefined;
    told.push([name, id, reason ?? other ?? router].filter((word) => word !== undefined).join(" "));
  };
  const names = [
    ...["circuitNew", "circuitLaunched", "circuitExtend", "circuitBuilt", "circuitClosed"],
    ...["circuitFailed", "streamNew", "streamSucceeded", "streamAttach", "streamDetach"],
    ...["streamClosed", "streamFailed"],
  ];
  return { told, listener: Object.fromEntries(names.map((name) => [name, note(name)])) };
}
