import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect, type ConnectOptions } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { ScriptedSocksServer, type SocksScript } from "../_support/scripted_socks_server.ts";

/** A Tor whose control port and SOCKS port follow scripts. */
export class ScriptedTor implements AsyncDisposable {
  readonly control: ScriptedControlPort;
  readonly socks: ScriptedSocksServer;
  readonly tor: Tor;

  private constructor(control: ScriptedControlPort, socks: ScriptedSocksServer, tor: Tor) {
    this.control = control;
    this.socks = socks;
    this.tor = tor;
  }

  static async start(script?: SocksScript, options: ConnectOptions = {}): Promise<ScriptedTor> {
    const control = await ScriptedControlPort.start();
    const socks = await ScriptedSocksServer.start(script);
    const tor = await connect({ control: control.address, socks: socks.address, ...options });
    return new ScriptedTor(control, socks, tor);
  }

  /** The isolation tokens that were sent, without the session before them. */
  get tokens(): (string | undefined)[] {
    return this.socks.requests.map(({ password }) => password?.replace(/^[0-9A-F]{16} /i, ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tor[Symbol.asyncDispose]();
    await this.socks[Symbol.asyncDispose]();
    await this.control[Symbol.asyncDispose]();
  }
}
