import { TorError } from "./tor_error.ts";

/** Nobody listens at the address: the peer refused the connection. `cause` is the platform's error. */
export class ConnectionRefusedError extends TorError {
  /** The class's own name. */
  override name: string = "ConnectionRefusedError";
}

/** A path does not exist: a Unix socket to connect to, or a file to read. `cause` is the platform's error. */
export class PathNotFoundError extends TorError {
  /** The class's own name. */
  override name: string = "PathNotFoundError";
  /** The path that was asked for. */
  readonly path: string;

  /** Builds the error for `path`. */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/**
 * The operating system, or Deno's permission system, did not allow the operation.
 * `cause` is the platform's error.
 */
export class PermissionError extends TorError {
  /** The class's own name. */
  override name: string = "PermissionError";
}

/** The program to spawn does not exist. `cause` is the platform's error. */
export class ExecutableNotFoundError extends TorError {
  /** The class's own name. */
  override name: string = "ExecutableNotFoundError";
  /** The command that was asked for. */
  readonly command: string;

  /** Builds the error for `command`. */
  constructor(message: string, command: string, options?: ErrorOptions) {
    super(message, options);
    this.command = command;
  }
}

/** The address to listen on is in use already. `cause` is the platform's error. */
export class AddressInUseError extends TorError {
  /** The class's own name. */
  override name: string = "AddressInUseError";
}

/** A connection that was open is not any more: the peer ended it, it broke, or it was closed here. */
export class DisconnectedError extends TorError {
  /** The class's own name. */
  override name: string = "DisconnectedError";
}

/** Something did not happen within the time that the caller, or a default, allowed. */
export class TimeoutError extends TorError {
  /** The class's own name. */
  override name: string = "TimeoutError";
  /** The time allowed, in milliseconds. */
  readonly milliseconds: number;

  /** Builds the error for a wait of `milliseconds`. */
  constructor(message: string, milliseconds: number, options?: ErrorOptions) {
    super(message, options);
    this.milliseconds = milliseconds;
  }
}

/** Something grew past a bound that keeps memory limited; the message names the limit and its value. */
export class LimitExceededError extends TorError {
  /** The class's own name. */
  override name: string = "LimitExceededError";
  /** The option that sets the limit, such as `"lineLimit"`. */
  readonly limitName: string;
  /** The limit's value, in the unit that its option documents. */
  readonly limit: number;

  /** Builds the error for the option `limitName` with its value `limit`. */
  constructor(message: string, limitName: string, limit: number, options?: ErrorOptions) {
    super(message, options);
    this.limitName = limitName;
    this.limit = limit;
  }
}

/** The peer does not speak the protocol that was expected of it, such as a SOCKS port taken for a control port. */
export class ProtocolError extends TorError {
  /** The class's own name. */
  override name: string = "ProtocolError";
}

/** One address that was tried, and why it failed. */
export interface ConnectAttempt {
  /** The address in its text form, such as `"unix:/run/tor/control"`. */
  readonly address: string;
  /** What went wrong there. */
  readonly error: unknown;
}

/** No control port could be used; `attempts` tells each address that was tried and why it failed. */
export class ConnectError extends TorError {
  /** The class's own name. */
  override name: string = "ConnectError";
  /** The addresses in the order in which they were tried. */
  readonly attempts: readonly ConnectAttempt[];

  /** Builds the error from the attempts; the last one's error is the `cause`. */
  constructor(message: string, attempts: readonly ConnectAttempt[]) {
    super(message, { cause: attempts.at(-1)?.error });
    this.attempts = attempts;
  }
}

/** One authentication method that was tried, and why it failed. */
export interface AuthenticationAttempt {
  /** The method by control-spec's name: `"SAFECOOKIE"`, `"COOKIE"`, `"HASHEDPASSWORD"` or `"NULL"`. */
  readonly method: string;
  /** What went wrong. */
  readonly error: unknown;
}

/** Tor did not let us in; `attempts` tells each method that was tried and why it failed. */
export class AuthenticationError extends TorError {
  /** The class's own name. */
  override name: string = "AuthenticationError";
  /** The methods in the order in which they were tried; empty where none could be. */
  readonly attempts: readonly AuthenticationAttempt[];

  /** Builds the error from the attempts; the last one's error is the `cause`. */
  constructor(message: string, attempts: readonly AuthenticationAttempt[], options?: ErrorOptions) {
    super(message, options ?? { cause: attempts.at(-1)?.error });
    this.attempts = attempts;
  }
}
