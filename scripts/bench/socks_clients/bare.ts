/** The same transfers by node:net alone, straight to the target: what SOCKS and streams cost. */
import { connect, type Socket } from "node:net";
import { type Measure, runTask } from "../clients/task.ts";
import { forEachOf } from "./for_each_of.ts";
import { receiveAll } from "./receive_all.ts";
import type { SocksTask } from "./socks_task.ts";

function open(task: SocksTask): Measure {
  const { direct, size } = task;
  const dial = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect({ host: direct.hostname, port: direct.port, noDelay: true }, () => {
        socket.off("error", reject);
        resolve(socket);
      });
      socket.on("error", reject);
    });
  const receive = async () => await receiveAll(await dial(), size);
  return (count) => forEachOf(count, task, receive);
}

await runTask(open);
