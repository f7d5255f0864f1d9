import { type Browser, chromium } from "playwright-core";

/** What a browser is called that speaks Chromium's protocol, best first. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/**
 * Starts a browser in a profile of its own, which asks nobody for anything by itself. The variable
 * `TORCON_BROWSER` names another than the one on PATH.
 *
 * @throws {Error} Where there is none.
 */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: Deno.env.get("TORCON_BROWSER") || await findBrowser(),
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Chromium has no sandbox for root.
      ...Deno.uid() === 0 ? ["--no-sandbox"] : [],
    ],
  });
}

async function findBrowser(): Promise<string> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const path of NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`))) {
    const isThere = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    if (isThere) return path;
  }
  throw new Error("Cannot find a browser: run scripts/setup, or name one by TORCON_BROWSER");
}
