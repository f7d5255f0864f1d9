import { TorError } from "../../errors/mod.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { checkNumber } from "../../util/check_number.ts";
import { MAX_ID } from "./command_base.ts";
import { ConfigurationCommands } from "./configuration_commands.ts";

/** The purposes that a controller can give a circuit (control-spec, section 3.10). */
export type SettableCircuitPurpose = "general" | "controller";

/** How a circuit is extended. */
export interface ExtendCircuitOptions extends AbortOptions {
  /**
   * The relays to add, as `$FINGERPRINT`, `$FINGERPRINT~nickname` or nickname; by default Tor
   * chooses the path of a new circuit.
   */
  path?: readonly string[] | undefined;
  /** The purpose of a new circuit; default `"general"`. */
  purpose?: SettableCircuitPurpose | undefined;
}

/** How a descriptor is posted. */
export interface PostDescriptorOptions extends AbortOptions {
  /** What the relay is for; default `"general"`. */
  purpose?: "general" | "controller" | "bridge" | undefined;
  /** Whether Tor caches the descriptor; by default Tor decides. */
  cache?: boolean | undefined;
}

/**
 * The commands that shape circuits, and the relays that these are made of. A `ControlConnection` has
 * them as its methods.
 *
 * @example Build a circuit and close it again
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("EXTENDCIRCUIT 0").reply("250 EXTENDED 12");
 * port.expect("CLOSECIRCUIT 12").reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const circuitId = await tor.control.extendCircuit(0);
 * assert.equal(circuitId, 12);
 * await tor.control.closeCircuit(circuitId);
 * ```
 */
export abstract class CircuitCommands extends ConfigurationCommands {
  /**
   * Builds a circuit, or extends one (EXTENDCIRCUIT, control-spec, section 3.10).
   *
   * @param circuitId The circuit to extend, or 0 for a new one.
   * @param options The `path`, which an old circuit needs, the `purpose` of a new one, and a `signal`
   * to give up the wait for the reply with.
   * @returns The circuit's id; CIRC events tell how the building goes.
   * @throws {RangeError} Where the id is not a whole number from 0 to 4,294,967,295.
   * @throws {TypeError} Where the path has something that is no relay's name.
   * @throws {UnrecognizedEntityError} Where the circuit or a relay is unknown to Tor, or it lacks the
   * relay's descriptor.
   * @throws {ArgumentSyntaxError} Where an old circuit is to be extended without a path.
   * @throws {InternalTorError} Where Tor cannot start the circuit, or cannot extend it.
   * @throws {TorError} Where the reply has no circuit's id.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Build a circuit through chosen relays
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("EXTENDCIRCUIT 0 moria,gabelmoo,tor26 purpose=controller").reply("250 EXTENDED 7");
   * await using tor = await connect({ control: port.address });
   *
   * const path = ["moria", "gabelmoo", "tor26"];
   * const id = await tor.control.extendCircuit(0, { path, purpose: "controller" });
   * assert.equal(id, 7);
   * ```
   */
  async extendCircuit(
    circuitId: number,
    { path = [], purpose, signal }: ExtendCircuitOptions = {},
  ): Promise<number> {
    const args = [checkNumber("a circuit", circuitId, 0, MAX_ID)];
    for (const relay of path) {
      if (!/^\$?[A-Za-z0-9]+(?:[~=][A-Za-z0-9]+)?$/.test(relay)) {
        throw new TypeError(`Cannot extend a circuit to ${JSON.stringify(relay)}: not a relay`);
      }
    }
    if (path.length > 0) args.push(path.join(","));
    if (purpose !== undefined) args.push(`purpose=${purpose}`);
    const reply = await this.request("EXTENDCIRCUIT", { args, signal });
    const text = reply.lines.at(-1)!.text;
    const id = /^EXTENDED (\d+)/.exec(text)?.[1];
    if (id === undefined) throw new TorError(`Cannot read the reply to EXTENDCIRCUIT: ${text}`);
    return Number(id);
  }

  /**
   * Changes a circuit's purpose (SETCIRCUITPURPOSE, control-spec, section 3.11). Tor puts streams of
   * its own choice on circuits of the purpose `"general"` alone.
   *
   * @param circuitId The circuit.
   * @param purpose Its new purpose.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {RangeError} Where the id is not a whole number from 1 to 4,294,967,295.
   * @throws {UnrecognizedEntityError} Where the circuit or the purpose is unknown to Tor.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Keep a circuit for streams that the program attaches itself
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETCIRCUITPURPOSE 7 purpose=controller").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.setCircuitPurpose(7, "controller");
   * assert.equal(port.received.at(-1)?.args, "7 purpose=controller");
   * ```
   */
  async setCircuitPurpose(
    circuitId: number,
    purpose: SettableCircuitPurpose,
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const args = [checkNumber("a circuit", circuitId, 1, MAX_ID), `purpose=${purpose}`];
    await this.request("SETCIRCUITPURPOSE", { args, signal });
  }

  /**
   * Closes a circuit (CLOSECIRCUIT, control-spec, section 3.17).
   *
   * @param circuitId The circuit.
   * @param options Whether to close it only `ifUnused`, and a `signal` to give up the wait for the
   * reply with.
   * @throws {RangeError} Where the id is not a whole number from 1 to 4,294,967,295.
   * @throws {UnrecognizedEntityError} Where the circuit is unknown to Tor.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Close a circuit unless it has streams
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("CLOSECIRCUIT 7 IfUnused").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.closeCircuit(7, { ifUnused: true });
   * assert.equal(port.received.at(-1)?.args, "7 IfUnused");
   * ```
   */
  async closeCircuit(
    circuitId: number,
    { ifUnused = false, signal }: AbortOptions & {
      /** Leave a circuit that has streams; default `false`. */
      ifUnused?: boolean | undefined;
    } = {},
  ): Promise<void> {
    const args = [checkNumber("a circuit", circuitId, 1, MAX_ID)];
    if (ifUnused) args.push("IfUnused");
    await this.request("CLOSECIRCUIT", { args, signal });
  }

  /**
   * Tells Tor of a relay (POSTDESCRIPTOR, control-spec, section 3.14).
   *
   * @param descriptor The text of a server descriptor.
   * @param options The `purpose` of the relay, whether to `cache` it, and a `signal` to give up the
   * wait for the reply with.
   * @returns Whether Tor took it: `false` where it had no need for it.
   * @throws {InvalidDescriptorError} Where Tor cannot parse it.
   * @throws {UnrecognizedEntityError} Where Tor does not know the purpose.
   * @throws {TypeError} Where the text has a NUL or a lone surrogate.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Offer a descriptor that Tor has no need for
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("POSTDESCRIPTOR purpose=bridge").reply("251 Descriptor not added");
   * await using tor = await connect({ control: port.address });
   *
   * const descriptor = "router bridge 192.0.2.1 443 0 0\n"; // and more lines
   * assert.equal(await tor.control.postDescriptor(descriptor, { purpose: "bridge" }), false);
   * ```
   */
  async postDescriptor(
    descriptor: string,
    { purpose, cache, signal }: PostDescriptorOptions = {},
  ): Promise<boolean> {
    const args: string[] = [];
    if (purpose !== undefined) args.push(`purpose=${purpose}`);
    if (cache !== undefined) args.push(`cache=${cache ? "yes" : "no"}`);
    const reply = await this.request("POSTDESCRIPTOR", { args, data: descriptor, signal });
    return reply.code === 250;
  }

  /**
   * Discards all entry guards and chooses new ones (DROPGUARDS, control-spec, section 3.25). It harms
   * anonymity: an attacker's relay has a better chance to become a guard.
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedCommandError} Where a filter in front of Tor refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Choose new guards
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("DROPGUARDS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.dropGuards();
   * assert.equal(port.received.at(-1)?.line, "DROPGUARDS");
   * ```
   */
  async dropGuards({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPGUARDS", { signal });
  }

  /**
   * Forgets all measured circuit build times (DROPTIMEOUTS, control-spec, section 3.34), which a
   * BUILDTIMEOUT_SET event tells then. It harms anonymity like {@linkcode dropGuards}.
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedCommandError} Where Tor is older than 0.4.5, or a filter refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Measure build times anew
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("DROPTIMEOUTS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.dropTimeouts();
   * assert.equal(port.received.at(-1)?.line, "DROPTIMEOUTS");
   * ```
   */
  async dropTimeouts({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPTIMEOUTS", { signal });
  }
}
