import { type ControlPorts, whenControlPortsOpen } from "../launch/control_ports.ts";
import { TorProcess } from "../launch/tor_process.ts";
import type { Torrc } from "../launch/torrc.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import type { NetworkNode } from "./network_nodes.ts";
import { portValue } from "../codec/port_value.ts";
import { formatTorrc } from "./torrc.ts";
import { TorStartError } from "./tor_start_error.ts";

/** What a {@linkcode StartedTor} is started with. */
export interface StartedTorOptions extends AbortOptions {
  /** What it is called in errors, and the name of its directory. */
  nickname: string;
  /** An existing directory; the process gets one of its own in it. */
  parent: string;
  /** The torrc, less what concerns the directory, the control ports, the log and the owner. */
  torrc: Torrc;
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
}

/**
 * A tor with a torrc in its directory, and with control ports on TCP and on a Unix socket. It ends
 * when it is disposed, and when this program ends.
 */
export class StartedTor implements AsyncDisposable {
  /** What others may know of it. */
  readonly node: NetworkNode;
  /** The process. */
  readonly process: TorProcess;
  /** Its control ports. */
  readonly ports: ControlPorts;

  private constructor(nickname: string, process: TorProcess, ports: ControlPorts) {
    this.process = process;
    this.ports = ports;
    const { pid, dataDirectory } = process;
    const controlPort = ports.tcp!;
    const controlSocket = ports.socket;
    const control = controlSocket ?? controlPort;
    this.node = { nickname, pid, control, controlPort, controlSocket, dataDirectory };
  }

  /**
   * Starts a tor and resolves when its control ports are open.
   *
   * @throws {TorStartError} Where it ends before that; it tells the log.
   * @throws {TorNotFoundError} Where there is no tor.
   */
  static async start(runtime: Runtime, options: StartedTorOptions): Promise<StartedTor> {
    const { nickname, parent, torBinary, signal } = options;
    const directory = `${parent}/${nickname}`;
    await runtime.makeDirectory(directory, { recursive: true });
    const write = (name: string, text: string) =>
      runtime.writeFile(`${directory}/${name}`, new TextEncoder().encode(text));
    await write("torrc", formatTorrc(ownOptions(runtime, directory), options.torrc));
    // The defaults of the system's own tor are none of a test's.
    await write("torrc-defaults", "");
    const process = await TorProcess.start(runtime, {
      torBinary,
      args: ["--defaults-torrc", `${directory}/torrc-defaults`, "-f", `${directory}/torrc`],
      dataDirectory: directory,
      failure: (what, details) =>
        new TorStartError(`The tor process ${nickname} ${what}`, { nickname, ...details }),
    });
    try {
      const ports = await process.guard(
        (signal) => whenControlPortsOpen(runtime, `${directory}/control_port`, { signal }),
        { before: "its control port was open", signal },
      );
      return new StartedTor(nickname, process, ports);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Kills the process and waits for its end. Its directory stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

/** What every process is told, so that it can be found, followed and ended. */
function ownOptions(runtime: Runtime, directory: string): Torrc {
  const control = ["127.0.0.1:auto"];
  if (runtime.platform !== "win32") control.push(portValue({ path: `${directory}/control` }));
  return {
    DataDirectory: directory,
    Log: ["notice stdout", `notice file ${directory}/notice.log`],
    ControlPort: control,
    ControlPortWriteToFile: `${directory}/control_port`,
    __OwningControllerProcess: runtime.pid,
  };
}
