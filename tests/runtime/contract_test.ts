import { describe } from "node:test";
import { subjects } from "./_support.ts";
import { connContract } from "./conn_contract.ts";
import { datagramContract } from "./datagram_contract.ts";
import { filesContract } from "./files_contract.ts";
import { listenerContract } from "./listener_contract.ts";
import { processContract } from "./process_contract.ts";
import { programContract } from "./program_contract.ts";

for (const { title, runtime } of await subjects()) {
  describe(title, () => {
    connContract(runtime);
    listenerContract(runtime);
    processContract(runtime);
    filesContract(runtime);
    datagramContract(runtime);
    programContract(runtime);
  });
}
