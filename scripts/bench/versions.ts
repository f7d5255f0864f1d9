import { runOrThrow } from "../support/run.ts";

const PEER_VERSIONS = `
import platform, stem, txtorcon
print(f"Python {platform.python_version()}, stem {stem.__version__}, txtorcon {txtorcon.__version__}")
`;

/**
 * Tells the versions of all that is measured.
 *
 * @throws {Error} Where something of it is not installed.
 */
export async function describeVersions(): Promise<string> {
  const bun = await runOrThrow("node_modules/.bin/bun", ["--version"]);
  const node = await runOrThrow("node", ["--version"]);
  try {
    const peers = await runOrThrow("/usr/bin/python3", ["-c", PEER_VERSIONS]);
    return `Deno ${Deno.version.deno}, Bun ${bun.trim()}, Node ${node.trim()}, ${peers.trim()}`;
  } catch (cause) {
    throw new Error("Cannot find stem and txtorcon: run scripts/setup --bench", { cause });
  }
}
