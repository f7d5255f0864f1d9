import { decodeQuoted } from "../codec/quoted.ts";
import { decodeText } from "../codec/text.ts";
import type { Address, Runtime } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import { CommandError } from "./command_error.ts";
import { EXIT } from "./exit_code.ts";

/** The options of the command line that tell how Tor is reached. */
export interface ControlFlags {
  /** The control port. */
  control?: string | undefined;
  /** A file with the password of the control port. */
  passwordFile?: string | undefined;
  /** A file with the cookie of the control port, where Tor's own path of it is not the path here. */
  cookieFile?: string | undefined;
  /** The SOCKS port to connect by. */
  socks?: string | undefined;
}

/** How Tor is joined. */
export interface ControlChoice {
  /** The control port; `undefined` for the usual places. */
  readonly control: Address | undefined;
  /** Reads the password, where Tor wants one and the user has told of one. */
  readonly password: (() => Promise<string>) | undefined;
  /** The file of the cookie, where it is not where Tor tells. */
  readonly cookieFile: string | undefined;
  /** The SOCKS port; `undefined` for Tor's first. */
  readonly socks: Address | undefined;
}

/**
 * How Tor is to be joined: by the command line, else by the variables that the Tor Browser, Tails and Whonix
 * use, else at the usual places.
 */
export function controlChoice(
  flags: ControlFlags,
  runtime: Pick<Runtime, "env" | "readFile">,
): ControlChoice {
  const env = (name: string) => runtime.env(name) || undefined;
  const { passwordFile, control, socks } = flags;
  const password = env("TOR_CONTROL_PASSWD");
  return {
    control: control === undefined ? controlOf(env) : flexibleAddress("--control", control),
    password: passwordFile !== undefined
      ? () => readPassword(runtime, passwordFile)
      : password === undefined
      ? undefined
      : () => Promise.resolve(unquote(password)),
    cookieFile: flags.cookieFile ?? env("TOR_CONTROL_COOKIE_AUTH_FILE"),
    socks: socks === undefined ? undefined : flexibleAddress("--socks", socks),
  };
}

function controlOf(env: (name: string) => string | undefined): Address | undefined {
  const path = env("TOR_CONTROL_IPC_PATH");
  if (path !== undefined) return flexibleAddress("TOR_CONTROL_IPC_PATH", path);
  const [host, port] = [env("TOR_CONTROL_HOST"), env("TOR_CONTROL_PORT")];
  if (host === undefined && port === undefined) return undefined;
  if (port !== undefined && !/^\d+$/.test(port)) return flexibleAddress("TOR_CONTROL_PORT", port);
  const hostname = (host ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  return checked("TOR_CONTROL_HOST and TOR_CONTROL_PORT", {
    hostname,
    port: Number(port ?? 9051),
  });
}

/**
 * An address as people write it: also a port alone, which is on this machine, and a path.
 *
 * @param name What it is of, for the error.
 * @throws {CommandError} Where it is none.
 */
export function flexibleAddress(name: string, text: string): Address {
  if (/^\d+$/.test(text)) return checked(name, { hostname: "127.0.0.1", port: Number(text) });
  return checked(name, text.startsWith("/") ? { path: text } : text);
}

function checked(name: string, address: Address): Address {
  try {
    return parseAddress(address);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${why} (${name})`, EXIT.USAGE, { cause });
  }
}

async function readPassword(runtime: Pick<Runtime, "readFile">, path: string): Promise<string> {
  const [line = ""] = decodeText(await runtime.readFile(path)).split(/\r?\n/, 1);
  return line;
}

/** The Tor Browser's variable may have it in quotes, as the control port takes it. */
function unquote(password: string): string {
  const quoted = password.startsWith('"') ? decodeQuoted(password) : undefined;
  return quoted?.end === password.length ? quoted.value : password;
}
