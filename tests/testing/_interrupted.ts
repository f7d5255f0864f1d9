// Started by interrupt_test.ts: starts what its argument says, tells of it, and waits to be ended.
import process from "node:process";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { PrivateNetwork } from "../../lib/testing/private_network.ts";

const tell = () => process.stdout.write("started\n");

if (process.argv.includes("lone")) {
  await startLoneTor();
  tell();
} else {
  const network = await PrivateNetwork.start({
    // All relays run then, and nobody else knows of them yet.
    onProgress: ({ phase }) => phase === "consensus" && tell(),
  });
  await network.addClient();
}
