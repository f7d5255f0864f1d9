/** The part of npm's `socks` in the benchmark of SOCKS connections. */
import type { Socket } from "node:net";
import { SocksClient } from "socks";
import { type Measure, runTask } from "../clients/task.ts";
import { forEachOf } from "./for_each_of.ts";
import { receiveAll } from "./receive_all.ts";
import type { SocksTask } from "./socks_task.ts";

function open(task: SocksTask): Measure {
  const { socks, target, size } = task;
  const dial = async (): Promise<Socket> => {
    const { socket } = await SocksClient.createConnection({
      proxy: { host: socks.hostname, port: socks.port, type: 5 },
      command: "connect",
      destination: { host: target.hostname, port: target.port },
      set_tcp_nodelay: true,
    });
    return socket;
  };
  const connect = async (): Promise<number> => {
    (await dial()).destroy();
    return 1;
  };
  const receive = async () => await receiveAll(await dial(), size);
  return (count) => forEachOf(count, task, task.mode === "connect" ? connect : receive);
}

await runTask(open);
