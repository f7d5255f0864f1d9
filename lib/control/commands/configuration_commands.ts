import type { CommandArgument } from "../../codec/command.ts";
import { decodeQuoted } from "../../codec/quoted.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { SessionCommands } from "./session_commands.ts";

/**
 * A value to configure: `true` and `false` are 1 and 0, a list sets the option once for each of its
 * values, `null` and an empty list set it to nothing.
 */
export type ConfValue = string | number | boolean | null | readonly (string | number)[];

/** Options and their values, in the order in which Tor gets them. */
export type ConfChanges =
  | Readonly<Record<string, ConfValue>>
  | Iterable<readonly [string, ConfValue]>;

/** One line of Tor's configuration (control-spec, section 3.3). */
export interface ConfLine {
  /** The option's name, in Tor's own spelling. */
  readonly key: string;
  /** The value, unquoted; `undefined` where the option has its default. */
  readonly value: string | undefined;
}

/** The options whose values are never shown in an error. */
export const SECRET_OPTION: RegExp =
  /password|authenticator|auth$|^bridge$|transportoptions|authorizeclient/i;

/**
 * The commands that read and change Tor's configuration. A `ControlConnection` has them as its
 * methods.
 *
 * @example Change an option and read it back
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect('SETCONF MaxCircuitDirtiness="700"').reply("250 OK");
 * port.expect("GETCONF MaxCircuitDirtiness").reply("250 MaxCircuitDirtiness=700");
 * await using tor = await connect({ control: port.address });
 *
 * await tor.control.setConf({ MaxCircuitDirtiness: 700 });
 * assert.equal((await tor.control.getConf("MaxCircuitDirtiness"))[0]?.value, "700");
 * ```
 */
export abstract class ConfigurationCommands extends SessionCommands {
  /**
   * Changes options, all of them or none (SETCONF, control-spec, section 3.1). A list sets the option
   * once for each of its values, in place of all that it had; an empty list or `null` sets it to
   * nothing: 0 or empty, while {@linkcode resetConf} gives back its default. Values of options that
   * hold secrets, such as passwords, are not shown in errors.
   *
   * A Tor that has taken values and then cannot do what they say, ends: one that is to become a directory
   * authority and has no keys for it, for example.
   *
   * @param changes Options and values, as a record or as pairs where the order matters.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
   * @throws {UnrecognizedArgumentError} Where Tor does not accept a value.
   * @throws {InvalidConfigurationValueError} Where an option cannot be changed to it while Tor runs.
   * @throws {TypeError} Where a name is not made of letters, digits and `_`, a value has a NUL or a
   * lone surrogate, or `MetricsPortPolicy` is no policy, at which Tor 0.4.9 would end.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Listen for SOCKS on two ports
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect('SETCONF SocksPort="9050" SocksPort="9060"').reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.setConf({ SocksPort: [9050, 9060] });
   * assert.equal(port.received.at(-1)?.keyword, "SETCONF");
   * ```
   */
  async setConf(changes: ConfChanges, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("SETCONF", { args: confArguments(changes), signal });
  }

  /**
   * Gives options back their defaults, and then the values given with them (RESETCONF, control-spec,
   * section 3.2), all of them or none.
   *
   * @param changes The names of the options, or options and values as {@linkcode setConf} takes them.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
   * @throws {UnrecognizedArgumentError} Where Tor does not accept a value.
   * @throws {InvalidConfigurationValueError} Where an option cannot be changed to it while Tor runs.
   * @throws {TypeError} Where a name has a character that no option has, or a value a NUL or a lone
   * surrogate.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Give two options back their defaults
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("RESETCONF SocksPort ContactInfo").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.resetConf(["SocksPort", "ContactInfo"]);
   * assert.equal(port.received.at(-1)?.args, "SocksPort ContactInfo");
   * ```
   */
  async resetConf(
    changes: string | readonly string[] | ConfChanges,
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const args = typeof changes === "string"
      ? [changes]
      : isNames(changes)
      ? changes
      : confArguments(changes);
    await this.request("RESETCONF", { args, signal });
  }

  /**
   * Reads options (GETCONF, control-spec, section 3.3): a line for each value, in Tor's order.
   * `HiddenServiceOptions` gives the lines of all onion services.
   *
   * @param keys One option, or several; of none nothing is sent. Upper and lower case are the same.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns At least one line for each option.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
   * @throws {TypeError} Where a name is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Read an option that has two values
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETCONF SocksPort").reply("250-SocksPort=9050", "250 SocksPort=9060");
   * await using tor = await connect({ control: port.address });
   *
   * const lines = await tor.control.getConf("SocksPort");
   * assert.deepEqual(lines.map(({ value }) => value), ["9050", "9060"]);
   * ```
   */
  async getConf(
    keys: string | readonly string[],
    { signal }: AbortOptions = {},
  ): Promise<ConfLine[]> {
    const args = typeof keys === "string" ? [keys] : keys;
    if (args.length === 0) return [];
    const reply = await this.request("GETCONF", { args, signal });
    return reply.lines.map(({ text }) => parseConfLine(text));
  }

  /**
   * Replaces the whole configuration, all of it or nothing (LOADCONF, control-spec, section 3.22).
   *
   * @param torrc The text of a torrc.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option, or does not accept a value.
   * @throws {InvalidConfigurationValueError} Where an option cannot be changed so while Tor runs.
   * @throws {UnspecifiedTorError} Where Tor cannot load it for another reason.
   * @throws {TypeError} Where the text has a NUL or a lone surrogate.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Load a configuration of two lines
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^LOADCONF/).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.loadConf("SocksPort 9050\nControlPort 9051\n");
   * assert.equal(port.received.at(-1)?.data, "SocksPort 9050\nControlPort 9051");
   * ```
   */
  async loadConf(torrc: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("LOADCONF", { data: torrc, signal });
  }

  /**
   * Writes the configuration to Tor's torrc (SAVECONF, control-spec, section 3.6).
   *
   * @param options Whether to `force` it, and a `signal` to give up the wait for the reply with.
   * @throws {InternalTorError} Where Tor cannot write it, or will not without `force`.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Save the configuration, even over one that includes other files
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SAVECONF").reply("551 Unable to write configuration to disk.");
   * port.expect("SAVECONF FORCE").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await assert.rejects(tor.control.saveConf(), { name: "InternalTorError" });
   * await tor.control.saveConf({ force: true });
   * ```
   */
  async saveConf(
    { force = false, signal }: AbortOptions & {
      /** Overwrite a torrc that includes other files; default `false`. */
      force?: boolean | undefined;
    } = {},
  ): Promise<void> {
    await this.request("SAVECONF", { args: force ? ["FORCE"] : [], signal });
  }
}

/**
 * Reads a line `Key=Value` or `Key`, whose value is quoted where it needs to be (control-spec,
 * section 3.3).
 *
 * @param text The line without its code.
 * @returns The key, and the value unquoted; `undefined` for a line without one.
 */
export function parseConfLine(text: string): ConfLine {
  const equals = text.indexOf("=");
  if (equals < 0) return { key: text, value: undefined };
  const value = text.slice(equals + 1);
  const quoted = decodeQuoted(value);
  const whole = quoted !== undefined && quoted.end === value.length;
  return { key: text.slice(0, equals), value: whole ? quoted.value : value };
}

function isNames(
  changes: readonly string[] | ConfChanges,
): changes is readonly string[] {
  return Array.isArray(changes) && changes.every((change) => typeof change === "string");
}

function confArguments(changes: ConfChanges): CommandArgument[] {
  const pairs = Symbol.iterator in changes
    ? [...changes as Iterable<readonly [string, ConfValue]>]
    : Object.entries(changes);
  return pairs.flatMap(([key, value]): CommandArgument[] => {
    if (value === null) return [key];
    if (typeof value === "boolean") return [confArgument(key, value ? 1 : 0)];
    if (typeof value !== "object") return [confArgument(key, value)];
    return value.length === 0 ? [key] : value.map((item) => confArgument(key, item));
  });
}

function confArgument(key: string, value: string | number): CommandArgument {
  return { key, quoted: String(value), secret: SECRET_OPTION.test(key) };
}
