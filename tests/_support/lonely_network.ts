import { detectRuntime } from "../../lib/runtime/mod.ts";

/** Gives a program a loopback interface of its own, and 127.0.0.1 for its only resolver. */
const PREPARE = 'mount --bind "$0" /etc/resolv.conf && ip link set lo up && exec "$@"';

/**
 * Runs `body` with a command that runs another in a network where nothing is: an interface of its own
 * is its loopback, on which no other program listens, and 127.0.0.1 its only resolver. Unix sockets lead
 * out of it all the same.
 */
export async function withLonelyNetwork(
  body: (command: readonly string[]) => Promise<void>,
): Promise<void> {
  const runtime = await detectRuntime();
  const directory = await runtime.makeTempDirectory("torcon-test-");
  try {
    const resolvers = `${directory}/resolv.conf`;
    await runtime.writeFile(resolvers, new TextEncoder().encode("nameserver 127.0.0.1\n"));
    await body(["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", PREPARE, resolvers]);
  } finally {
    await runtime.remove(directory, { recursive: true });
  }
}

/** Whether this machine lets such a network be made: Linux with user namespaces, as a rule. */
export async function hasLonelyNetworks(): Promise<boolean> {
  const runtime = await detectRuntime();
  let success = false;
  await withLonelyNetwork(async ([command = "", ...args]) => {
    try {
      await using probe = await runtime.spawn(command, { args: [...args, "true"] });
      await Promise.all([probe.stdout.cancel(), probe.stderr.cancel()]);
      ({ success } = await probe.status);
    } catch {
      // There is no such program.
    }
  });
  return success;
}
