import { describe } from "node:test";
import type { Runtime } from "../../lib/runtime/types.ts";
import { connContract } from "./conn_contract.ts";
import { datagramContract } from "./datagram_contract.ts";
import { filesContract } from "./files_contract.ts";
import { listenerContract } from "./listener_contract.ts";
import { processContract } from "./process_contract.ts";
import { programContract } from "./program_contract.ts";
import { tlsContract } from "./tls_contract.ts";

/** All that every adapter must do alike. */
export function runtimeContract(title: string, runtime: Runtime): void {
  describe(title, () => {
    connContract(runtime);
    listenerContract(runtime);
    processContract(runtime);
    filesContract(runtime);
    datagramContract(runtime);
    programContract(runtime);
    tlsContract(runtime);
  });
}
