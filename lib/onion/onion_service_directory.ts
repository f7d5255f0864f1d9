import { OnionKeyFileError, PathNotFoundError } from "../errors/mod.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { OnionAddress } from "./onion_address.ts";
import { OnionClientPublicKey } from "./onion_client_public_key.ts";
import { OnionServiceKey, parsePublicKeyFile } from "./onion_service_key.ts";
import { removeOurs } from "./remove_ours.ts";

const SECRET_KEY = "hs_ed25519_secret_key";
const PUBLIC_KEY = "hs_ed25519_public_key";
const HOSTNAME = "hostname";
const CLIENTS = "authorized_clients";
const CLIENT_SUFFIX = ".auth";
const CLIENT_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+ -]{0,99}$/u;

/** How the directory of an onion service is used. */
export interface OnionServiceDirectoryOptions {
  /** The adapter to the platform's files, such as `detectRuntime()` gives it. */
  runtime: Runtime;
  /** Accept that the group can read it, as HiddenServiceDirGroupReadable lets it; default `false`. */
  groupReadable?: boolean | undefined;
}

/**
 * The directory of an onion service, Tor's `HiddenServiceDir`: the service's key in
 * `hs_ed25519_secret_key` and `hs_ed25519_public_key`, its address in `hostname`, and the clients that
 * it lets in, each in a file of `authorized_clients`. Files are written for the owner alone (0600, new
 * directories 0700), and a directory that others can enter or read is refused.
 *
 * @example Write a key for Tor, and read it back
 * ```ts
 * import { detectRuntime, OnionServiceDirectory, OnionServiceKey } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const runtime = await detectRuntime();
 * const path = await runtime.makeTempDirectory("torcon-example-");
 * const directory = new OnionServiceDirectory(path, { runtime });
 *
 * const key = OnionServiceKey.generate();
 * await directory.writeKey(key);
 * assert.ok((await directory.readKey())?.equals(key));
 * assert.equal(`${await directory.readAddress()}`, key.address.hostname);
 * await runtime.remove(path, { recursive: true });
 * ```
 */
export class OnionServiceDirectory {
  /** Where it is. */
  readonly path: string;
  readonly #runtime: Runtime;
  readonly #groupReadable: boolean;

  /**
   * Names a directory. Nothing is read or made yet.
   *
   * @param path Where it is, or shall be.
   * @param options The adapter to the platform's files, and whether the group may read it.
   */
  constructor(path: string, { runtime, groupReadable = false }: OnionServiceDirectoryOptions) {
    this.path = path;
    this.#runtime = runtime;
    this.#groupReadable = groupReadable;
  }

  /**
   * Makes the directory, of mode 0700 and with its parents, or checks the one that is there.
   *
   * @throws {OnionKeyFileError} Where it is there and others can read it, or it is no directory.
   * @throws {PermissionError} Where it may not be made.
   * @throws {TorError} Where it cannot be made for another reason.
   *
   * @example Refuse a directory that everybody can read
   * ```ts
   * import { detectRuntime, OnionServiceDirectory } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const runtime = await detectRuntime();
   * const path = await runtime.makeTempDirectory("torcon-example-");
   * await runtime.makeDirectory(`${path}/open`, { mode: 0o755 });
   *
   * await new OnionServiceDirectory(`${path}/new`, { runtime }).prepare();
   * assert.equal((await runtime.stat(`${path}/new`))?.mode, 0o700);
   * const open = new OnionServiceDirectory(`${path}/open`, { runtime });
   * await assert.rejects(open.prepare(), { name: "OnionKeyFileError" });
   * await runtime.remove(path, { recursive: true });
   * ```
   */
  async prepare(): Promise<void> {
    if (await this.#isThere()) return;
    await this.#runtime.makeDirectory(this.path, { recursive: true });
    // What was made in the meantime, by somebody else, has another mode.
    await this.#isThere();
  }

  /**
   * Reads the address of the service in `hostname`.
   *
   * @param options A `signal` to give up with.
   * @returns The address; `undefined` where there is none yet.
   * @throws {OnionKeyFileError} Where others can read the directory, or the file holds no address of
   * version 3.
   * @throws {PermissionError} Where it may not be read.
   * @throws {TorError} Where it cannot be read for another reason.
   */
  async readAddress(options: AbortOptions = {}): Promise<OnionAddress | undefined> {
    if (!await this.#isThere()) return undefined;
    return await this.#parse(HOSTNAME, (contents) => {
      return OnionAddress.parse(asText(contents).trimEnd());
    }, options);
  }

  /**
   * Reads the key of the service.
   *
   * @param options A `signal` to give up with.
   * @returns The key; `undefined` where there is none yet.
   * @throws {OnionKeyFileError} Where others can read the directory, a key file is damaged, or the
   * public key or the address beside it belongs to another key.
   * @throws {PermissionError} Where it may not be read.
   * @throws {TorError} Where it cannot be read for another reason.
   */
  async readKey(options: AbortOptions = {}): Promise<OnionServiceKey | undefined> {
    if (!await this.#isThere()) return undefined;
    const key = await this.#parse(SECRET_KEY, OnionServiceKey.fromSecretKeyFile, options);
    if (key !== undefined) await this.#checkPublic(key, options);
    return key;
  }

  /**
   * Writes the key of the service as Tor does: both key files and `hostname`, in a directory that is
   * made where it is missing. A key that is there already stays. Where a file cannot be written, those
   * that were are removed.
   *
   * @param key The key.
   * @param options A `signal` to give up with.
   * @throws {OnionKeyFileError} Where others can read the directory, or it has another service's key.
   * @throws {PermissionError} Where it may not be written.
   * @throws {TorError} Where it cannot be written for another reason.
   *
   * @example Keep what is there
   * ```ts
   * import { detectRuntime, OnionServiceDirectory, OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const runtime = await detectRuntime();
   * const path = await runtime.makeTempDirectory("torcon-example-");
   * const directory = new OnionServiceDirectory(path, { runtime });
   *
   * await directory.writeKey(OnionServiceKey.generate());
   * const another = directory.writeKey(OnionServiceKey.generate());
   * await assert.rejects(another, { name: "OnionKeyFileError" });
   * await runtime.remove(path, { recursive: true });
   * ```
   */
  async writeKey(key: OnionServiceKey, { signal }: AbortOptions = {}): Promise<void> {
    await this.prepare();
    const there = await this.readKey({ signal });
    if (there !== undefined && !there.equals(key)) {
      throw new OnionKeyFileError(
        `Cannot write the key of ${key.address} to ${this.path}: it has that of ${there.address}`,
        this.path,
      );
    }
    if (there === undefined) await this.#checkPublic(key, { signal });
    const files: [name: string, contents: Uint8Array][] = [
      [SECRET_KEY, key.toSecretKeyFile()],
      [PUBLIC_KEY, key.toPublicKeyFile()],
      [HOSTNAME, new TextEncoder().encode(`${key.address}\n`)],
    ];
    const begun: [path: string, contents: Uint8Array][] = [];
    try {
      for (const [name, contents] of files) {
        const path = this.#file(name);
        if (await this.#runtime.stat(path) !== undefined) continue;
        begun.push([path, contents]);
        await this.#runtime.writeFile(path, contents, { createNew: true, signal });
      }
    } catch (error) {
      for (const [path, contents] of begun) {
        await removeOurs(path, { runtime: this.#runtime, contents });
      }
      throw error;
    }
  }

  /**
   * Reads which clients the service lets in: everyone where there is none.
   *
   * @param options A `signal` to give up with.
   * @returns Their public keys by their names, which are those of the files without `.auth`.
   * @throws {OnionKeyFileError} Where others can read the directory, or a file holds no public key. Tor
   * merely warns of such a file, and would let everyone in if it were the only one.
   * @throws {PermissionError} Where they may not be read.
   * @throws {TorError} Where they cannot be read for another reason.
   */
  async readClients(options: AbortOptions = {}): Promise<Map<string, OnionClientPublicKey>> {
    const clients = new Map<string, OnionClientPublicKey>();
    if (!await this.#isThere()) return clients;
    for (const name of (await this.#clientFiles()).sort()) {
      const file = `${CLIENTS}/${name}`;
      const key = await this.#parse(
        file,
        (contents) => OnionClientPublicKey.parse(asText(contents)),
        options,
      );
      if (key !== undefined) clients.set(name.slice(0, -CLIENT_SUFFIX.length), key);
    }
    return clients;
  }

  /**
   * Writes the file that lets a client in, in place of one that it may have: as a whole or not at all,
   * since Tor skips a part of one, and lets everyone in where there is no other. A Tor that runs reads
   * it on SIGHUP.
   *
   * @param name The client's name: letters, digits, and not as the first `.`, `@`, `+`, `-` or space.
   * @param publicKey The client's public key.
   * @throws {TypeError} Where the name cannot be a file's.
   * @throws {OnionKeyFileError} Where others can read the directory.
   * @throws {PermissionError} Where the file may not be written.
   * @throws {TorError} Where it cannot be written for another reason.
   *
   * @example Let a client in
   * ```ts
   * import { detectRuntime, OnionClientKey, OnionServiceDirectory } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const runtime = await detectRuntime();
   * const path = await runtime.makeTempDirectory("torcon-example-");
   * const directory = new OnionServiceDirectory(path, { runtime });
   *
   * await directory.writeClient("alice", OnionClientKey.generate().publicKey);
   * assert.deepEqual([...(await directory.readClients()).keys()], ["alice"]);
   * assert.equal(await directory.removeClient("alice"), true);
   * await runtime.remove(path, { recursive: true });
   * ```
   */
  async writeClient(name: string, publicKey: OnionClientPublicKey): Promise<void> {
    const path = this.#clientFile(name);
    await this.prepare();
    await this.#runtime.makeDirectory(this.#file(CLIENTS), { recursive: true });
    const contents = new TextEncoder().encode(`${publicKey.toAuthorizedClient()}\n`);
    // A name that Tor does not read.
    const unfinished = this.#file(`${CLIENTS}/${crypto.randomUUID()}.new`);
    try {
      await this.#runtime.writeFile(unfinished, contents, { createNew: true });
      await this.#runtime.rename(unfinished, path);
    } catch (error) {
      await this.#runtime.remove(unfinished).catch(() => {});
      throw error;
    }
  }

  /**
   * Removes the file that lets a client in. Without any such file the service lets everyone in, so the
   * last one wants care. A Tor that runs notices on SIGHUP.
   *
   * @param name The client's name.
   * @returns Whether there was such a file.
   * @throws {TypeError} Where the name cannot be a file's.
   * @throws {PermissionError} Where it may not be removed.
   * @throws {TorError} Where it cannot be removed for another reason.
   */
  async removeClient(name: string): Promise<boolean> {
    const path = this.#clientFile(name);
    if (await this.#runtime.stat(path) === undefined) return false;
    await this.#runtime.remove(path);
    return true;
  }

  /** Whether the directory is there, and private. */
  async #isThere(): Promise<boolean> {
    const info = await this.#runtime.stat(this.path);
    if (info === undefined) return false;
    const refuse = (why: string) =>
      new OnionKeyFileError(`Cannot use the directory ${this.path}: ${why}`, this.path);
    if (info.kind !== "directory") throw refuse("it is no directory");
    const forbidden = this.#groupReadable ? 0o027 : 0o077;
    if (info.mode !== undefined && (info.mode & forbidden) !== 0) {
      const mode = info.mode.toString(8);
      throw refuse(`others can get at it (its mode is ${mode}); to close it: chmod 700`);
    }
    return true;
  }

  /** Reads and parses a file; `undefined` where it is missing. */
  async #parse<T>(
    name: string,
    parse: (contents: Uint8Array) => T,
    { signal }: AbortOptions,
  ): Promise<T | undefined> {
    const path = this.#file(name);
    let contents: Uint8Array;
    try {
      contents = await this.#runtime.readFile(path, { signal });
    } catch (error) {
      if (error instanceof PathNotFoundError) return undefined;
      throw error;
    }
    try {
      return parse(contents);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OnionKeyFileError(`Cannot use the file ${path}: ${why}`, path, { cause });
    }
  }

  /** Refuses a public key or an address in the directory that is not the secret key's. */
  async #checkPublic(key: OnionServiceKey, options: AbortOptions): Promise<void> {
    const written: [name: string, address: OnionAddress | undefined][] = [
      [PUBLIC_KEY, await this.#parse(PUBLIC_KEY, parsePublicKeyFile, options)],
      [HOSTNAME, await this.readAddress(options)],
    ];
    for (const [name, address] of written) {
      if (address === undefined || address.equals(key.address)) continue;
      const path = this.#file(name);
      throw new OnionKeyFileError(
        `Cannot use the file ${path}: it is of ${address}, but the secret key is of ${key.address}`,
        path,
      );
    }
  }

  async #clientFiles(): Promise<string[]> {
    try {
      const names = await this.#runtime.readDirectory(this.#file(CLIENTS));
      return names.filter((name) => name.endsWith(CLIENT_SUFFIX));
    } catch (error) {
      if (error instanceof PathNotFoundError) return [];
      throw error;
    }
  }

  #clientFile(name: string): string {
    if (!CLIENT_NAME.test(name)) {
      throw new TypeError(
        `Cannot use ${JSON.stringify(name)} as a client's name: expected up to 100 letters, ` +
          "digits, dots, spaces or any of _@+-, and none but a letter, a digit or _ as the first",
      );
    }
    return this.#file(`${CLIENTS}/${name}${CLIENT_SUFFIX}`);
  }

  #file(name: string): string {
    return `${this.path}/${name}`;
  }
}

function asText(contents: Uint8Array): string {
  return new TextDecoder().decode(contents);
}
