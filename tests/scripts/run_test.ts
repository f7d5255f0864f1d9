import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { run } from "../../scripts/support/run.ts";

describe("run()", () => {
  it("collects what a command prints, each output and both", async () => {
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"]);
    assert.deepEqual([result.code, result.stdout], [3, "out\n"]);
    assert.deepEqual(result.output.split("\n").sort(), ["", "err", "out"]);
  });

  it("shows what a command prints, and collects nothing then", async () => {
    const script = `
      import { run } from "${new URL("../../scripts/support/run.ts", import.meta.url)}";
      const { output } = await run("sh", ["-c", "echo shown"], { show: true });
      console.log(JSON.stringify(output));
    `;
    const { stdout } = await run(Deno.execPath(), ["eval", "--no-check", script]);
    assert.equal(stdout, 'shown\n""\n');
  });

  it("tells whether a process is left", async () => {
    const ended = await run("sh", ["-c", "sleep 0 & wait"]);
    assert.equal(ended.leftProcesses, false);
    // It holds no output open, else the command would not be over.
    const left = await run("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"]);
    Deno.kill(Number(left.stdout), "SIGKILL");
    assert.equal(left.leftProcesses, true);
  });
});
