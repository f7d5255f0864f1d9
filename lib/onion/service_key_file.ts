import { OnionKeyFileError } from "../errors/mod.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { OnionServiceKey } from "./onion_service_key.ts";
import { removeOurs } from "./remove_ours.ts";

/** How the file of a key is opened. */
export interface ServiceKeyFileOptions extends AbortOptions {
  /** The platform's files. */
  runtime: Runtime;
}

/**
 * Reads the key of a service from a file that nobody else can read: as Tor's `hs_ed25519_secret_key`, or as
 * `ED25519-V3:` and base64. Where there is no such file it is made, with a new key: of mode 0600, as a whole or
 * not at all.
 *
 * @throws {OnionKeyFileError} Where the file has no key, others can read it, or another program is making it.
 * @throws {PathNotFoundError} Where its directory is missing.
 * @throws {PermissionError} Where it may not be read, or not be made.
 * @throws {TorError} Where it cannot be read or made for another reason.
 */
export async function openServiceKeyFile(
  path: string,
  options: ServiceKeyFileOptions,
): Promise<OnionServiceKey> {
  return await readKey(path, options) ?? await makeKey(path, options);
}

async function readKey(
  path: string,
  { runtime, signal }: ServiceKeyFileOptions,
): Promise<OnionServiceKey | undefined> {
  const refuse = (why: string, options?: ErrorOptions) =>
    new OnionKeyFileError(`Cannot use the onion service's key in ${path}: ${why}`, path, options);
  const info = await runtime.stat(path);
  if (info === undefined) return undefined;
  if (info.kind !== "file") throw refuse("it is no file");
  const { mode = 0 } = info;
  if ((mode & 0o077) !== 0) {
    throw refuse(`others can read it (its mode is ${mode.toString(8)}); to close it: chmod 600`);
  }
  const contents = await runtime.readFile(path, { signal });
  try {
    const text = new TextDecoder("latin1").decode(contents);
    return text.startsWith("==")
      ? OnionServiceKey.fromSecretKeyFile(contents)
      : OnionServiceKey.parse(text);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function makeKey(path: string, options: ServiceKeyFileOptions): Promise<OnionServiceKey> {
  const { runtime, signal } = options;
  const key = OnionServiceKey.generate();
  const contents = key.toSecretKeyFile();
  // The name is the same for all who would make the file, so that only one does.
  const unfinished = `${path}.new`;
  if (await runtime.stat(unfinished) !== undefined) {
    throw new OnionKeyFileError(
      `Cannot make the onion service's key in ${path}: another program does, or was ended while it did; ` +
        `if none runs, remove ${unfinished}`,
      unfinished,
    );
  }
  try {
    await runtime.writeFile(unfinished, contents, { createNew: true, signal });
    const made = await readKey(path, options);
    if (made === undefined) {
      await runtime.rename(unfinished, path);
      return key;
    }
    await runtime.remove(unfinished);
    return made;
  } catch (error) {
    await removeOurs(unfinished, { runtime, contents });
    throw error;
  }
}
