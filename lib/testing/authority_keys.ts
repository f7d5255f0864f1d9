import { TorError } from "../errors/mod.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { spawnTor } from "../launch/find_tor.ts";
import { runProgram } from "./run_program.ts";

/** The programs that make keys. */
export interface KeyOptions extends AbortOptions {
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
  /** The program `tor-gencert`. */
  torGencertBinary: string;
}

/** Any directory authority: tor wants one where it is told of a test network. */
const SOME_AUTHORITY = "placeholder 127.0.0.1:1 ffffffffffffffffffffffffffffffffffffffff";

/**
 * Makes the keys of a directory authority.
 *
 * @param directory The directory for the keys, `keys` in the authority's `DataDirectory`.
 * @param address The authority's `host:DirPort`.
 * @returns Its v3 identity: the fingerprint of its identity key, 40 hexadecimal digits.
 */
export async function makeAuthorityKeys(
  runtime: Runtime,
  { directory, address, options }: { directory: string; address: string; options: KeyOptions },
): Promise<string> {
  const certificate = `${directory}/authority_certificate`;
  const months = "12";
  await runProgram(options.torGencertBinary, {
    spawn: (command, options) => runtime.spawn(command, options),
    args: [
      ...["--create-identity-key", "--passphrase-fd", "0", "-m", months, "-a", address],
      ...["-i", `${directory}/authority_identity_key`],
      ...["-s", `${directory}/authority_signing_key`],
      ...["-c", certificate],
    ],
    // The identity key must be encrypted; nobody reads it again.
    stdin: new TextEncoder().encode("passphrase\n"),
    signal: options.signal,
  });
  const text = new TextDecoder().decode(await runtime.readFile(certificate));
  const identity = /^fingerprint ([0-9A-F]{40})$/m.exec(text)?.[1];
  if (identity === undefined) throw new TorError(`Cannot find the fingerprint in ${certificate}`);
  return identity;
}

/**
 * Makes the keys of a relay.
 *
 * @param directory Its `DataDirectory`.
 * @returns Its fingerprint, 40 hexadecimal digits.
 */
export async function makeRelayKeys(
  runtime: Runtime,
  directory: string,
  { torBinary, signal }: KeyOptions,
): Promise<string> {
  const output = await runProgram("tor", {
    spawn: (_command, options) => spawnTor(runtime, { ...options, torBinary }),
    args: [
      ...["--ignore-missing-torrc", "-f", `${directory}/no-torrc`],
      ...["--defaults-torrc", `${directory}/no-torrc`],
      ...["--DataDirectory", directory, "--ORPort", "1", "--DirAuthority", SOME_AUTHORITY],
      ...["--list-fingerprint", "--quiet"],
    ],
    signal,
  });
  const fingerprint = output.at(-1)?.replace(/^\S+/, "").replaceAll(" ", "");
  if (fingerprint === undefined || !/^[0-9A-F]{40}$/.test(fingerprint)) {
    throw new TorError(`Cannot read the fingerprint that tor printed: ${output.join("; ")}`);
  }
  return fingerprint;
}
