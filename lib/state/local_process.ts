import { decodeText } from "../codec/text.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { parseIpAddress } from "../util/ip_address.ts";

/** A process on this machine. */
export interface LocalProcess {
  /** Its id. */
  readonly pid: number;
  /** The name of its program, as far as the system keeps it (15 bytes on Linux); `undefined` where it is not told. */
  readonly name: string | undefined;
}

/** The platform's files. */
type Files = Pick<Runtime, "platform" | "readFile" | "readDirectory" | "stat">;

/**
 * Finds the process that has the local end of a TCP connection, by Linux's `/proc`: the inode of the
 * socket, and the process that has it open.
 *
 * @returns The process; `undefined` where there is none, and where the platform cannot tell or does not
 * permit to look.
 */
export async function findLocalProcess(
  runtime: Files,
  source: { readonly address: string; readonly port: number },
  { signal }: AbortOptions = {},
): Promise<LocalProcess | undefined> {
  signal?.throwIfAborted();
  if (runtime.platform !== "linux") return undefined;
  const ip = parseIpAddress(source.address);
  if (ip === undefined) return undefined;
  const inodes = new Set<string>();
  for (const [table, end] of localEnds(ip, source.port)) {
    for (const line of await lines(runtime, table)) {
      const words = line.trim().split(/\s+/);
      if (words[1] === end && words[9] !== undefined && words[9] !== "0") inodes.add(words[9]);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of await names(runtime, "/proc")) {
    signal?.throwIfAborted();
    if (/^\d+$/.test(pid) && await hasOpen(runtime, pid, inodes)) {
      const [name] = await lines(runtime, `/proc/${pid}/comm`);
      return { pid: Number(pid), name };
    }
  }
  return undefined;
}

/** The tables that can have the connection, and its local end as they write it. */
function localEnds(ip: Uint8Array, port: number): [table: string, end: string][] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  if (ip.length === 16) return [["/proc/net/tcp6", kernelHex(ip) + suffix]];
  // A socket of both families has an IPv4 peer by its mapped address.
  const mapped = Uint8Array.from([...new Uint8Array(10), 0xff, 0xff, ...ip]);
  return [
    ["/proc/net/tcp", kernelHex(ip) + suffix],
    ["/proc/net/tcp6", kernelHex(mapped) + suffix],
  ];
}

/** The address as the kernel writes it: groups of four bytes, each the other way round on common machines. */
function kernelHex(ip: Uint8Array): string {
  let text = "";
  for (let group = 0; group < ip.length; group += 4) {
    for (let i = 3; i >= 0; i--) text += ip[group + i]!.toString(16).padStart(2, "0");
  }
  return text.toUpperCase();
}

/** Whether a process has one of the sockets open: `fdinfo` tells the inode of each file since Linux 5.14. */
async function hasOpen(
  runtime: Files,
  pid: string,
  inodes: ReadonlySet<string>,
): Promise<boolean> {
  for (const fd of await names(runtime, `/proc/${pid}/fdinfo`)) {
    const info = await lines(runtime, `/proc/${pid}/fdinfo/${fd}`);
    const inode = info.find((line) => line.startsWith("ino:"))?.slice("ino:".length).trim();
    // A file on a disk may have the same number.
    if (
      inode !== undefined && inodes.has(inode) && await isOther(runtime, `/proc/${pid}/fd/${fd}`)
    ) {
      return true;
    }
  }
  return false;
}

/** What may not be read, or is gone by now, has nothing to tell. */
async function lines(runtime: Files, path: string): Promise<string[]> {
  try {
    return decodeText(await runtime.readFile(path)).split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}

async function names(runtime: Files, path: string): Promise<string[]> {
  try {
    return await runtime.readDirectory(path);
  } catch {
    return [];
  }
}

async function isOther(runtime: Files, path: string): Promise<boolean> {
  try {
    return (await runtime.stat(path))?.kind === "other";
  } catch {
    return false;
  }
}
