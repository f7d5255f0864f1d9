import type { CommandArgument } from "../../codec/command.ts";
import { decodeQuoted } from "../../codec/quoted.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { SessionCommands } from "./session_commands.ts";

/** A value to configure: `true` and `false` are 1 and 0, a list repeats the option, `null` is "unset". */
export type ConfValue = string | number | boolean | null | readonly (string | number)[];

/** Options and their values, in the order in which Tor gets them. */
export type ConfChanges =
  | Readonly<Record<string, ConfValue>>
  | Iterable<readonly [string, ConfValue]>;

/** One line of Tor's configuration. */
export interface ConfLine {
  /** The option's name, in Tor's own spelling. */
  readonly key: string;
  /** The value, unquoted; `undefined` where the option has its default. */
  readonly value: string | undefined;
}

/** The options whose values are never shown in an error. */
const SECRET_OPTION = /password|authenticator|auth$|^bridge$|transportoptions|authorizeclient/i;

/** The commands that read and change Tor's configuration. */
export abstract class ConfigurationCommands extends SessionCommands {
  /**
   * Changes options, all of them or none (SETCONF, control-spec, section 3.1). A list sets the option
   * once for each of its values, in place of all that it had; an empty list or `null` sets it to
   * nothing: 0 or empty, while {@linkcode resetConf} gives back its default.
   *
   * @param changes Options and values, as a record or as pairs where the order matters.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
   * @throws {UnrecognizedArgumentError | InvalidConfigurationValueError} Where Tor does not accept a value.
   */
  async setConf(changes: ConfChanges, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("SETCONF", { args: confArguments(changes), signal });
  }

  /**
   * Gives options back their defaults, and then the values given with them (RESETCONF, control-spec,
   * section 3.2), all of them or none.
   *
   * @param changes The names of the options, or options and values as {@linkcode setConf} takes them.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
   * @throws {UnrecognizedArgumentError | InvalidConfigurationValueError} Where Tor does not accept a value.
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
   * @param keys One option, or several.
   * @throws {UnrecognizedEntityError} Where Tor does not know an option.
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
   * Replaces the whole configuration (LOADCONF, control-spec, section 3.20).
   *
   * @param torrc The text of a torrc.
   * @throws {UnrecognizedEntityError | InvalidConfigurationValueError | UnrecognizedArgumentError}
   * Where Tor does not accept it; then nothing is changed.
   */
  async loadConf(torrc: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("LOADCONF", { data: torrc, signal });
  }

  /**
   * Writes the configuration to Tor's torrc (SAVECONF, control-spec, section 3.6).
   *
   * @throws {InternalTorError} Where Tor cannot write it, or will not without `force`.
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

/** Reads a line `Key=Value` or `Key`, whose value is quoted where it needs to be. */
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
