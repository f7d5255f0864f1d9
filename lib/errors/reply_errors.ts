import { TorError } from "./tor_error.ts";

/** What a {@linkcode ControlReplyError} is built from. */
export interface ControlReply {
  /** The reply code of the final line, 400 to 699. */
  readonly code: number;
  /** The text of each line of the reply, without its code. */
  readonly lines: readonly string[];
}

/**
 * Tor answered a command with a 4yz, 5yz or 6yz reply (control-spec, section 4 "Replies"). The
 * connection lives on. There is a subclass for every code of the specification; branch on the class
 * or on `code`, never on the text.
 *
 * @example Tell an unknown key from other failures
 * ```ts
 * import { controlReplyError, UnrecognizedEntityError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = controlReplyError("GETINFO nope", { code: 552, lines: ['Unrecognized key "nope"'] });
 * assert.ok(error instanceof UnrecognizedEntityError);
 * assert.equal(error.code, 552);
 * assert.equal(error.message, 'Tor refused GETINFO nope: 552 Unrecognized key "nope"');
 * ```
 */
export class ControlReplyError extends TorError {
  /** The class's own name. */
  override name: string = "ControlReplyError";
  /** The command as it was sent, with its secrets replaced by `[secret]`. */
  readonly command: string;
  /** The reply code. */
  readonly code: number;
  /** The text of each line of the reply, without its code. */
  readonly lines: readonly string[];

  /** Builds the error for `command` from Tor's reply. */
  constructor(command: string, reply: ControlReply, options?: ErrorOptions) {
    super(`Tor refused ${command}: ${reply.code} ${reply.lines.join("; ")}`, options);
    this.command = command;
    this.code = reply.code;
    this.lines = reply.lines;
  }

  /** The text of the final line: what Tor says is wrong. */
  get reason(): string {
    return this.lines.at(-1) ?? "";
  }
}

/** 451: Tor ran out of a resource. */
export class ResourceExhaustedError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ResourceExhaustedError";
}

/** 500: the command broke the protocol's syntax. */
export class ProtocolSyntaxError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ProtocolSyntaxError";
}

/** 510: Tor, or a filter in front of it, does not know or allow the command. */
export class UnrecognizedCommandError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedCommandError";
}

/** 511: the command is known but not implemented. */
export class UnimplementedCommandError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnimplementedCommandError";
}

/** 512: an argument is missing, superfluous or malformed. */
export class ArgumentSyntaxError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ArgumentSyntaxError";
}

/** 513: an argument is not recognized, or a value is unacceptable. */
export class UnrecognizedArgumentError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedArgumentError";
}

/** 514: the command needs authentication first. */
export class AuthenticationRequiredError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "AuthenticationRequiredError";
}

/** 515: the password or cookie is wrong, or the method is off. */
export class BadAuthenticationError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "BadAuthenticationError";
}

/** 550: a Tor error that has no code of its own. */
export class UnspecifiedTorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnspecifiedTorError";
}

/** 551: something inside Tor prevented it, or the value is not available now. */
export class InternalTorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InternalTorError";
}

/** 552: the key, event, circuit, stream or other entity that was named is unknown to Tor. */
export class UnrecognizedEntityError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "UnrecognizedEntityError";
}

/** 553: Tor does not accept the configuration value. */
export class InvalidConfigurationValueError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InvalidConfigurationValueError";
}

/** 554: Tor could not parse the descriptor. */
export class InvalidDescriptorError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "InvalidDescriptorError";
}

/** 555: the stream or circuit is not managed by the controller. */
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
 */
export function controlReplyError(
  command: string,
  reply: ControlReply,
  options?: ErrorOptions,
): ControlReplyError {
  const Class = CLASS_BY_CODE.get(reply.code) ?? ControlReplyError;
  return new Class(command, reply, options);
}
