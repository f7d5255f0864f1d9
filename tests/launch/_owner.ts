// Started by ownership_test.ts: launches what its arguments say, tells of it, and waits to be ended.
import process from "node:process";
import { launchOffline } from "./_support.ts";

process.stdin.once("data", () => process.exit());
const hasControl = !process.argv.includes("uncontrolled");
const dataDirectory = process.argv.find((argument) =>
  argument.startsWith("/") && argument.endsWith("/kept")
);
const tor = await launchOffline({ dataDirectory, ...(hasControl ? {} : { control: 0 }) });
process.stdout.write(
  `${JSON.stringify({ pid: tor.process.pid, dataDirectory: tor.process.dataDirectory })}\n`,
);
setInterval(() => {}, 60_000);
