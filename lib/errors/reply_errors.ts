import { TorError } from "./tor_error.ts";

/** What a {@linkcode ControlReplyError} is built from. */
export interface ControlReply {
  /** The reply code of the final line, 400 to 599. */
  readonly code: number;
  /** The text of each line of the reply, without its code. */
  readonly lines: readonly string[];
  /** The code of each line; default `code` for all. */
  readonly codes?: readonly number[] | undefined;
}

/**
 * Tor answered a command with a 4yz or 5yz reply (control-spec, section 4 "Replies"). The connection
 * lives on. There is a subclass for every code of the specification; branch on the class or on
 * `code`, never on the text.
 *
 * @example Tell an unknown key from other failures
 * ```ts
 * import { controlReplyError, UnrecognizedEntityError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = controlReplyError("GETINFO nope", { code: 552, lines: ['Unrecognized key "nope"'] });
 * assert.ok(error instanceof UnrecognizedEntityError);
 * assert.equal(error.message, 'Tor refused GETINFO nope: 552 Unrecognized key "nope"');
 * ```
 */
export class ControlReplyError extends TorError {
  /** The class's own name. */
  override name: string = "ControlReplyError";
  /** The command as it was sent, with its secrets replaced by `[secret]`. */
  readonly command: string;
  /** The reply code of the final line, 400 to 599. */
  readonly code: number;
  /** The text of each line of the reply, without its code. */
  readonly lines: readonly string[];
  /** The code of each line: of several, each may be refused for a reason of its own. */
  readonly codes: readonly number[];

  /**
   * Builds the error for a command from Tor's reply.
   *
   * @param command The command as it may be shown: without its secrets.
   * @param reply The reply's code and lines.
   * @param options The `cause`, where there is one.
   */
  constructor(command: string, reply: ControlReply, options?: ErrorOptions) {
    super(`Tor refused ${command}: ${reply.code} ${reply.lines.join("; ")}`, options);
    this.command = command;
    this.code = reply.code;
    this.lines = reply.lines;
    this.codes = reply.codes ?? reply.lines.map(() => reply.code);
  }

  /** The text of the final line: what Tor says is wrong. */
  get reason(): string {
    return this.lines.at(-1) ?? "";
  }
}

/**
 * 451: Tor ran out of a resource.
 *
 * @example Run out of addresses to pick from
 * ```ts
 * import { connect, ResourceExhaustedError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("MAPADDRESS 0.0.0.0=www.example").reply("451 resource exhausted");
 * await using tor = await connect({ control: port.address });
 *
 * const mapping = tor.control.mapAddress({ "0.0.0.0": "www.example" });
 * await assert.rejects(mapping, ResourceExhaustedError);
 * ```
 */
export class ResourceExhaustedError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ResourceExhaustedError";
}

/**
 * 500: the command broke the protocol's syntax.
 *
 * @example Send a line that Tor cannot read
 * ```ts
 * import { connect, ProtocolSyntaxError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect(/^GETINFO xx/).reply("500 Line too long.");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.getInfo("x".repeat(9000)), ProtocolSyntaxError);
 * ```
 */
export class ProtocolSyntaxError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ProtocolSyntaxError";
}

/**
 * 510: Tor, or a filter in front of it, does not know or allow the command.
 *
 * @example Do without a command that is not there
 * ```ts
 * import { connect, UnrecognizedCommandError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("DROPTIMEOUTS").reply("510 Command filtered");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.dropTimeouts(), UnrecognizedCommandError);
 * ```
 */
export class UnrecognizedCommandError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedCommandError";
}

/**
 * 511: the command is known but not implemented.
 *
 * @example Send a command of old times
 * ```ts
 * import { connect, UnimplementedCommandError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("SETROUTERPURPOSE moria general").reply("511 SETROUTERPURPOSE is obsolete.");
 * await using tor = await connect({ control: port.address });
 *
 * const reply = tor.control.request("SETROUTERPURPOSE", { args: ["moria", "general"] });
 * await assert.rejects(reply, UnimplementedCommandError);
 * ```
 */
export class UnimplementedCommandError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnimplementedCommandError";
}

/**
 * 512: an argument is missing, superfluous or malformed.
 *
 * @example Mistake something else for an onion address
 * ```ts
 * import { ArgumentSyntaxError, connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("DEL_ONION example").reply("512 Malformed Onion Service id");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.delOnion("example"), ArgumentSyntaxError);
 * ```
 */
export class ArgumentSyntaxError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ArgumentSyntaxError";
}

/**
 * 513: an argument is not recognized, or a value is unacceptable.
 *
 * @example Set an option to a value that it cannot have
 * ```ts
 * import { connect, UnrecognizedArgumentError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect('SETCONF SocksPort="no port"').reply("513 Unacceptable option value");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.setConf({ SocksPort: "no port" }), UnrecognizedArgumentError);
 * ```
 */
export class UnrecognizedArgumentError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedArgumentError";
}

/**
 * 514: the command needs authentication first.
 *
 * @example Ask before the authentication
 * ```ts
 * import { AuthenticationRequiredError, connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO version").reply("514 Authentication required.");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.getInfo("version"), AuthenticationRequiredError);
 * ```
 */
export class AuthenticationRequiredError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "AuthenticationRequiredError";
}

/**
 * 515: the password or cookie is wrong, or the method is off.
 *
 * @example Authenticate with a wrong password
 * ```ts
 * import { BadAuthenticationError, connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect(/^AUTHENTICATE [0-9A-F]+$/).reply("515 Authentication failed");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.authenticate("wrong"), BadAuthenticationError);
 * ```
 */
export class BadAuthenticationError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "BadAuthenticationError";
}

/**
 * 550: a Tor error that has no code of its own.
 *
 * @example Start an onion service that runs already
 * ```ts
 * import { connect, UnspecifiedTorError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect(/^ADD_ONION/).reply("550 Onion address collision");
 * await using tor = await connect({ control: port.address });
 *
 * const privateKey = "ED25519-V3:c2VjcmV0";
 * await assert.rejects(tor.control.addOnion({ ports: [80], privateKey }), UnspecifiedTorError);
 * ```
 */
export class UnspecifiedTorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnspecifiedTorError";
}

/**
 * 551: something inside Tor prevented it, or the value is not available now.
 *
 * @example Ask for an address that Tor has not learned yet
 * ```ts
 * import { connect, InternalTorError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO address").reply("551 Address unknown");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.getInfo("address"), InternalTorError);
 * ```
 */
export class InternalTorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InternalTorError";
}

/**
 * 552: the key, event, circuit, stream or other entity that was named is unknown to Tor.
 *
 * @example Ask for an option that does not exist
 * ```ts
 * import { connect, UnrecognizedEntityError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETCONF Nope").reply('552 Unrecognized configuration key "Nope"');
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.getConf("Nope"), UnrecognizedEntityError);
 * ```
 */
export class UnrecognizedEntityError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedEntityError";
}

/**
 * 553: Tor does not accept the configuration value.
 *
 * @example Change what cannot be changed while Tor runs
 * ```ts
 * import { connect, InvalidConfigurationValueError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect('SETCONF User="nobody"').reply("553 Transition not allowed");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.setConf({ User: "nobody" }), InvalidConfigurationValueError);
 * ```
 */
export class InvalidConfigurationValueError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InvalidConfigurationValueError";
}

/**
 * 554: Tor could not parse the descriptor.
 *
 * @example Post a descriptor that is none
 * ```ts
 * import { connect, InvalidDescriptorError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("POSTDESCRIPTOR").reply("554 Couldn't parse router descriptor.");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.postDescriptor("nonsense"), InvalidDescriptorError);
 * ```
 */
export class InvalidDescriptorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InvalidDescriptorError";
}

/**
 * 555: the stream or circuit is not managed by the controller.
 *
 * @example Attach a stream that is open already
 * ```ts
 * import { connect, UnmanagedEntityError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("ATTACHSTREAM 31 7").reply("555 Connection is not managed by controller.");
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.attachStream(31, 7), UnmanagedEntityError);
 * ```
 */
export class UnmanagedEntityError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnmanagedEntityError";
}

const CLASS_BY_CODE: ReadonlyMap<number, typeof ControlReplyError> = new Map([
  [451, ResourceExhaustedError],
  [500, ProtocolSyntaxError],
  [510, UnrecognizedCommandError],
  [511, UnimplementedCommandError],
  [512, ArgumentSyntaxError],
  [513, UnrecognizedArgumentError],
  [514, AuthenticationRequiredError],
  [515, BadAuthenticationError],
  [550, UnspecifiedTorError],
  [551, InternalTorError],
  [552, UnrecognizedEntityError],
  [553, InvalidConfigurationValueError],
  [554, InvalidDescriptorError],
  [555, UnmanagedEntityError],
]);

/**
 * The error for a reply that refuses a command, of the class that belongs to its code
 * (control-spec, section 4). A code that has no class of its own gets {@linkcode ControlReplyError}.
 *
 * @param command The command as it may be shown: without its secrets.
 * @param reply The reply's code and lines.
 * @param options The `cause`, where there is one.
 * @returns The error, which is not thrown.
 *
 * @example Make the error of a code that has no class of its own
 * ```ts
 * import { controlReplyError, ControlReplyError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = controlReplyError("GETINFO x", { code: 599, lines: ["Odd"] });
 * assert.equal(error.constructor, ControlReplyError);
 * assert.equal(error.reason, "Odd");
 * ```
 */
export function controlReplyError(
  command: string,
  reply: ControlReply,
  options?: ErrorOptions,
): ControlReplyError {
  return new (CLASS_BY_CODE.get(reply.code) ?? ControlReplyError)(command, reply, options);
}
