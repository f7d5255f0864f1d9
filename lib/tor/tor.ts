import type { ControlConnection } from "../control/connection.ts";

/**
 * A running Tor that this program is connected to. Get one from {@linkcode connect}.
 *
 * @example Ask a Tor what it is
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * assert.equal(tor.version, tor.control.torVersion);
 * ```
 */
export class Tor implements AsyncDisposable {
  /** The control connection: every command and every event. */
  readonly control: ControlConnection;

  /** Wraps a control connection, which belongs to this object from now on. */
  constructor(control: ControlConnection) {
    this.control = control;
  }

  /** Tor's version, such as `"0.4.9.11"`; `undefined` where a filter hides it. */
  get version(): string | undefined {
    return this.control.torVersion;
  }

  /** Closes the control connection; the Tor that was joined runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.close();
  }
}
