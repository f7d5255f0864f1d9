/** SIGINT ends `deno test` whatever a handler says, so that it is tried in a process of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../lib/runtime/deno.ts";

const runtime = new DenoRuntime();
const FIXTURE = fileURLToPath(new URL("./fixtures/interrupted.ts", import.meta.url));

Deno.test("onInterrupt() tells of SIGINT, and of SIGINT no more after it was taken back", async () => {
  await using process = await runtime.spawn(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", FIXTURE],
  });
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await lines.read()).value, "ready\n");
  process.kill("SIGINT");
  assert.equal((await lines.read()).value, "SIGINT\n");
  process.kill("SIGINT");
  assert.equal((await process.status).signal, "SIGINT");
  assert.equal((await lines.read()).done, true);
});
