// deno-lint-ignore-file no-console -- a command prints
/**
 * Writes docs/monitor.png: the page of `torcon monitor --web`, as Chromium shows it, of a Tor whose
 * relays are made up.
 *
 *     deno task screenshot [FILE [WIDTH HEIGHT [light|dark]]]
 */
import { startMadeUpTor } from "../tests/_support/made_up_tor.ts";
import { readUntil, start } from "../tests/cli/_torcon.ts";
import { startBrowser } from "./support/browser.ts";

const [path = "docs/monitor.png", width = "1280", height = "900", scheme = "light"] = Deno.args;

await using port = await startMadeUpTor();
await using program = await start(["monitor", "--web", "--control", port.address]);
const [url = ""] = await readUntil(program.stdout, /http:\S+/);
await port.send(
  "650 NOTICE New control connection opened from 127.0.0.1.\r\n" +
    "650 WARN Your system clock just jumped 101 seconds forward; assuming established circuits no longer work.\r\n" +
    "650 NOTICE Tor has successfully opened a circuit. Looks like client functionality is working.\r\n",
);
const browser = await startBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: Number(width), height: Number(height) },
    reducedMotion: "reduce",
    colorScheme: scheme === "dark" ? "dark" : "light",
  });
  await page.goto(url);
  await page.getByText("Looks like client functionality").waitFor();
  // Countries are looked up in the background.
  await page.locator("#picture .country", { hasText: "CZ" }).waitFor();
  await page.locator('.circuit[data-circuits="15"]').focus();
  await page.screenshot({ path });
} finally {
  await browser.close();
}
console.log(`Wrote ${path}`);
