/** curl's part in the benchmark of SOCKS connections: one process for all of them. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Measure, runTask } from "../clients/task.ts";
import { type SocksTask, urlOf } from "./socks_task.ts";

const run = promisify(execFile);

function open(task: SocksTask): Measure {
  const { socks, parallel, each = 1 } = task;
  return async (count) => {
    const args = [
      ...["--silent", "--show-error", "--disable", "--noproxy", ""],
      ...["--socks5-hostname", `${socks.hostname}:${socks.port}`],
      ...["--header", "Connection: close"],
      ...["--output", "/dev/null", "--write-out", "%{size_download}\\n"],
      ...(parallel > 1 ? ["--parallel", "--parallel-immediate"] : []),
      ...["--parallel-max", String(parallel)],
      // The fragment, which is never sent, makes so many of it.
      `${urlOf(task)}#[1-${count / each}]`,
    ];
    const { stdout } = await run("curl", args);
    return stdout.trimEnd().split("\n").reduce((sum, size) => sum + Number(size), 0);
  };
}

await runTask(open);
