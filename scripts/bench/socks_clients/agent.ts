/** socks-proxy-agent's part in the benchmark of SOCKS connections, by node:http. */
import { get } from "node:http";
import { SocksProxyAgent } from "socks-proxy-agent";
import { type Measure, runTask } from "../clients/task.ts";
import { forEachOf } from "./for_each_of.ts";
import { type SocksTask, urlOf } from "./socks_task.ts";

function open(task: SocksTask): Measure {
  const { socks } = task;
  const agent = new SocksProxyAgent(`socks5h://${socks.hostname}:${socks.port}`);
  const url = urlOf(task);
  const fetch = () =>
    new Promise<number>((resolve, reject) => {
      get(url, { agent }, (response) => {
        let bytes = 0;
        response.on("data", (chunk: Uint8Array) => {
          bytes += chunk.byteLength;
        });
        response.on("end", () => resolve(bytes));
        response.on("error", reject);
      }).on("error", reject);
    });
  return (count) => forEachOf(count, task, fetch);
}

await runTask(open);
