import { describe } from "node:test";
import type { Runtime } from "../../lib/runtime/types.ts";
import { connContract } from "./conn_contract.ts";
import { datagramContract } from "./datagram_contract.ts";
import { filesContract } from "./files_contract.ts";
import { httpAgentContract } from "./http_agent_contract.ts";
import { listenerContract } from "./listener_contract.ts";
import { processContract } from "./process_contract.ts";
import { programContract } from "./program_contract.ts";
import { requestContract } from "./request_contract.ts";
import { serveContract } from "./serve_contract.ts";
import { tlsContract } from "./tls_contract.ts";
import { wireContract } from "./wire_contract.ts";

/** All that every adapter must do alike. */
export function runtimeContract(title: string, runtime: Runtime): void {
  describe(title, () => {
    connContract(runtime);
    wireContract(runtime);
    listenerContract(runtime);
    processContract(runtime);
    filesContract(runtime);
    datagramContract(runtime);
    programContract(runtime);
    tlsContract(runtime);
    requestContract(runtime);
    httpAgentContract(runtime);
    serveContract(runtime);
  });
}
