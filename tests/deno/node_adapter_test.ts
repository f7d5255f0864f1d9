/** The adapter on `node:*` keeps the contract on Deno, too, by Deno's imitation of Node. */
import { NodeRuntime } from "../../lib/runtime/node.ts";
import { runtimeContract } from "../runtime/runtime_contract.ts";

runtimeContract("the node adapter on Deno", new NodeRuntime());
