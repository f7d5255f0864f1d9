import { TorError } from "./tor_error.ts";

/**
 * The files of an onion service cannot be used: a key file is damaged, the files do not belong
 * together, or others could read the private key. No key is ever in the message.
 *
 * @example Refuse a directory that others can read
 * ```ts
 * import { detectRuntime, OnionKeyFileError, OnionServiceDirectory } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const runtime = await detectRuntime();
 * const path = await runtime.makeTempDirectory("torcon-example-");
 * await runtime.makeDirectory(`${path}/service`, { mode: 0o755 });
 *
 * const directory = new OnionServiceDirectory(`${path}/service`, { runtime });
 * const error = await directory.readKey().catch((error) => error);
 * assert.ok(error instanceof OnionKeyFileError);
 * assert.equal(error.path, `${path}/service`);
 * await runtime.remove(path, { recursive: true });
 * ```
 */
export class OnionKeyFileError extends TorError {
  /** The class's own name. */
  override name: string = "OnionKeyFileError";
  /** The file or directory that cannot be used. */
  readonly path: string;

  /**
   * Builds the error for a path.
   *
   * @param message What was attempted and what came of it.
   * @param path The file or directory that cannot be used.
   * @param options What was wrong as `cause`.
   */
  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** A directory that did not take the descriptor of an onion service. */
export interface OnionUploadFailure {
  /** The relay: its fingerprint, or `"UNKNOWN"`. */
  readonly directory: string;
  /** Tor's word for why, such as `"UPLOAD_REJECTED"`, or `"UNKNOWN"`. */
  readonly reason: string;
}

/** What an {@linkcode OnionPublishError} knows besides its message. */
export interface OnionPublishErrorOptions extends ErrorOptions {
  /** The directories that failed; default none. */
  failures?: readonly OnionUploadFailure[] | undefined;
}

/**
 * The descriptor of an onion service was not published: every directory that Tor has sent it to
 * failed, or none has taken it in time; `cause` is a `TimeoutError` then. The service was taken back.
 *
 * @example Read why no directory has taken a descriptor
 * ```ts
 * import { OnionPublishError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const directory = "9695DFC35FFEB861329B9F1AB04C46397020CE31";
 * const error = new OnionPublishError("Cannot publish x.onion", {
 *   failures: [{ directory, reason: "UPLOAD_REJECTED" }],
 * });
 * assert.equal(error.message, `Cannot publish x.onion: $${directory} UPLOAD_REJECTED`);
 * assert.equal(error.failures[0]?.reason, "UPLOAD_REJECTED");
 * ```
 */
export class OnionPublishError extends TorError {
  /** The class's own name. */
  override name: string = "OnionPublishError";
  /** Each directory that failed and why, in the order in which they did. */
  readonly failures: readonly OnionUploadFailure[];

  /**
   * Builds the error; the message ends with the directories that failed.
   *
   * @param message What was attempted and what came of it.
   * @param options The directories that failed, and the `cause`.
   */
  constructor(message: string, options: OnionPublishErrorOptions = {}) {
    const { failures = [], cause } = options;
    const told = failures.map(({ directory, reason }) => `$${directory} ${reason}`);
    super(
      told.length === 0 ? message : `${message}: ${told.join(", ")}`,
      cause === undefined ? undefined : { cause },
    );
    this.failures = failures;
  }
}
