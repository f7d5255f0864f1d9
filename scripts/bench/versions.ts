import { runOrThrow } from "../support/run.ts";

const PEER_VERSIONS = `
import platform, stem, txtorcon
print(f"Python {platform.python_version()}, stem {stem.__version__}, txtorcon {txtorcon.__version__}")
`;

/** The peers that come from npm. */
const PACKAGES = ["socks", "socks-proxy-agent"];

/**
 * Tells the versions of all that is measured.
 *
 * @throws {Error} Where something of it is not installed.
 */
export async function describeVersions(): Promise<string> {
  const bun = await runOrThrow("node_modules/.bin/bun", ["--version"]);
  const node = await runOrThrow("node", ["--version"]);
  const packages = await Promise.all(PACKAGES.map(async (name) => {
    const text = await Deno.readTextFile(`node_modules/${name}/package.json`);
    return `${name} ${JSON.parse(text).version}`;
  }));
  try {
    const python = await runOrThrow("/usr/bin/python3", ["-c", PEER_VERSIONS]);
    const curl = (await runOrThrow("curl", ["--version"])).split(" (")[0];
    return [
      `Deno ${Deno.version.deno}, Bun ${bun.trim()}, Node ${node.trim()}, ${python.trim()}`,
      ...packages,
      curl,
    ].join(", ");
  } catch (cause) {
    throw new Error("Cannot find stem, txtorcon and curl: run scripts/setup --bench", { cause });
  }
}
