import { TorError } from "./tor_error.ts";

/**
 * Nobody listens at the address: the peer refused the connection. `cause` is the platform's error.
 *
 * @example Tell that no Tor runs
 * ```ts
 * import { connect, ConnectionRefusedError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await port.close();
 * await assert.rejects(connect({ control: port.address }), ConnectionRefusedError);
 * ```
 */
export class ConnectionRefusedError extends TorError {
  /** The class's own name. */
  override name: string = "ConnectionRefusedError";
}

/**
 * A path does not exist: a Unix socket to connect to, or a file to read. `cause` is the platform's
 * error.
 *
 * @example See which path is missing
 * ```ts
 * import { connect, PathNotFoundError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = await connect({ control: "unix:/nonexistent/control" }).catch((error) => error);
 * assert.ok(error instanceof PathNotFoundError);
 * assert.equal(error.path, "/nonexistent/control");
 * ```
 */
export class PathNotFoundError extends TorError {
  /** The class's own name. */
  override name: string = "PathNotFoundError";
  /** The path that was asked for. */
  readonly path: string;

  /**
   * Builds the error for a path.
   *
   * @param message What was attempted and what came of it.
   * @param path The path that was asked for.
   * @param options The platform's error as `cause`.
   */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/**
 * The operating system, or Deno's permission system, did not allow the operation.
 * `cause` is the platform's error.
 *
 * @example Tell the user what to do about it
 * ```ts
 * import { PermissionError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * function advice(error: unknown): string {
 *   return error instanceof PermissionError ? "Join the group debian-tor" : "See the log";
 * }
 * const error = new PermissionError("Cannot connect to unix:/run/tor/control: permission denied");
 * assert.equal(advice(error), "Join the group debian-tor");
 * ```
 */
export class PermissionError extends TorError {
  /** The class's own name. */
  override name: string = "PermissionError";
}

/**
 * The program to spawn does not exist. `cause` is the platform's error.
 *
 * @example See which program is missing
 * ```ts
 * import { detectRuntime, ExecutableNotFoundError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const runtime = await detectRuntime();
 * const error = await runtime.spawn("no-such-tor").catch((error) => error);
 * assert.ok(error instanceof ExecutableNotFoundError);
 * assert.equal(error.command, "no-such-tor");
 * ```
 */
export class ExecutableNotFoundError extends TorError {
  /** The class's own name. */
  override name: string = "ExecutableNotFoundError";
  /** The command that was asked for. */
  readonly command: string;

  /**
   * Builds the error for a command.
   *
   * @param message What was attempted and what came of it.
   * @param command The command that was asked for.
   * @param options The platform's error as `cause`.
   */
  constructor(message: string, command: string, options?: ErrorOptions) {
    super(message, options);
    this.command = command;
  }
}

/**
 * The address to listen on is in use already. `cause` is the platform's error.
 *
 * @example Listen twice on one port
 * ```ts
 * import { AddressInUseError, detectRuntime } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const runtime = await detectRuntime();
 * await using listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
 * await assert.rejects(runtime.listen(listener.address), AddressInUseError);
 * ```
 */
export class AddressInUseError extends TorError {
  /** The class's own name. */
  override name: string = "AddressInUseError";
}

/**
 * A connection that was open is not any more: the peer ended it, it broke, or it was closed here.
 * `cause` tells more, where there is more to tell.
 *
 * @example Tell a lost Tor from one that refuses
 * ```ts
 * import { connect, DisconnectedError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO address").close();
 * await using tor = await connect({ control: port.address });
 *
 * await assert.rejects(tor.control.getInfo("address"), DisconnectedError);
 * ```
 */
export class DisconnectedError extends TorError {
  /** The class's own name. */
  override name: string = "DisconnectedError";
}

/**
 * Something did not happen within the time that the caller, or a default, allowed.
 *
 * @example Wait for a silent server, but not for long
 * ```ts
 * import { connect, TimeoutError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("PROTOCOLINFO 1"); // and no answer
 *
 * const error = await connect({ control: port.address, timeout: 50 }).catch((error) => error);
 * assert.ok(error instanceof TimeoutError);
 * assert.equal(error.milliseconds, 50);
 * ```
 */
export class TimeoutError extends TorError {
  /** The class's own name. */
  override name: string = "TimeoutError";
  /** The time allowed, in milliseconds. */
  readonly milliseconds: number;

  /**
   * Builds the error for a wait.
   *
   * @param message What was attempted and what came of it.
   * @param milliseconds The time allowed.
   * @param options The `cause`, where there is one.
   */
  constructor(message: string, milliseconds: number, options?: ErrorOptions) {
    super(message, options);
    this.milliseconds = milliseconds;
  }
}

/**
 * Something grew past a bound that keeps memory limited; the message names the limit and its value.
 *
 * @example See which limit was passed
 * ```ts
 * import { LimitExceededError, LineDecoder } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const decoder = new LineDecoder(1024);
 * assert.throws(() => decoder.push(new Uint8Array(2000)), (error: unknown) => {
 *   return error instanceof LimitExceededError && error.limitName === "lineLimit" &&
 *     error.limit === 1024;
 * });
 * ```
 */
export class LimitExceededError extends TorError {
  /** The class's own name. */
  override name: string = "LimitExceededError";
  /** The option that sets the limit, such as `"lineLimit"`. */
  readonly limitName: string;
  /** The limit's value, in the unit that its option documents. */
  readonly limit: number;

  /**
   * Builds the error for a limit.
   *
   * @param message What was attempted, with the limit and its name.
   * @param limitName The option that sets the limit.
   * @param limit Its value.
   * @param options The `cause`, where there is one.
   */
  constructor(message: string, limitName: string, limit: number, options?: ErrorOptions) {
    super(message, options);
    this.limitName = limitName;
    this.limit = limit;
  }
}

/**
 * The peer does not speak the protocol that was expected of it, such as a SOCKS port taken for a
 * control port.
 *
 * @example Take a web server for a control port
 * ```ts
 * import { connect, ProtocolError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("PROTOCOLINFO 1").send("HTTP/1.1 400 Bad Request\r\n\r\n").close();
 * await assert.rejects(connect({ control: port.address }), ProtocolError);
 * ```
 */
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

/**
 * No control port could be used; `attempts` tells each address that was tried and why it failed.
 *
 * @example See what was tried
 * ```ts
 * import { connect, ConnectError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const control = ["unix:/nonexistent/a", "unix:/nonexistent/b"];
 * const error = await connect({ control }).catch((error) => error);
 * assert.ok(error instanceof ConnectError);
 * assert.deepEqual(error.attempts.map(({ address }) => address), control);
 * ```
 */
export class ConnectError extends TorError {
  /** The class's own name. */
  override name: string = "ConnectError";
  /** The addresses in the order in which they were tried. */
  readonly attempts: readonly ConnectAttempt[];

  /**
   * Builds the error from the attempts; the last one's error is the `cause`.
   *
   * @param message What was attempted and what came of it.
   * @param attempts The addresses that were tried, in order.
   */
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

/**
 * Tor did not let us in; `attempts` tells each method that was tried and why it failed
 * (control-spec, section 5.1).
 *
 * @example See that a password is wanted
 * ```ts
 * import { AuthenticationError, connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * const authentication = { methods: ["HASHEDPASSWORD"] } as const;
 * await using port = await ScriptedControlPort.start({ authentication });
 * const error = await connect({ control: port.address }).catch((error) => error);
 * assert.ok(error instanceof AuthenticationError);
 * assert.equal(error.attempts[0]?.method, "HASHEDPASSWORD");
 * ```
 */
export class AuthenticationError extends TorError {
  /** The class's own name. */
  override name: string = "AuthenticationError";
  /** The methods in the order in which they were tried; empty where none could be. */
  readonly attempts: readonly AuthenticationAttempt[];

  /**
   * Builds the error from the attempts.
   *
   * @param message What was attempted and what came of it.
   * @param attempts The methods that were tried, in order.
   * @param options The `cause`; default the last attempt's error.
   */
  constructor(message: string, attempts: readonly AuthenticationAttempt[], options?: ErrorOptions) {
    super(message, options ?? { cause: attempts.at(-1)?.error });
    this.attempts = attempts;
  }
}
