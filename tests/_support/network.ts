import process from "node:process";
import { PrivateNetwork } from "../../lib/testing/private_network.ts";

/**
 * The private network that the test run has started, or one of its own where a test is run by itself.
 * Either ends what it has started when it is disposed.
 */
export async function useNetwork(): Promise<PrivateNetwork> {
  const description = process.env["TORCON_TEST_NETWORK"];
  return description === undefined
    ? await PrivateNetwork.start()
    : await PrivateNetwork.attach(description);
}
