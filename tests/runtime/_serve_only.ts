import { detectRuntime } from "../../lib/runtime/mod.ts";
import { serveContract } from "./serve_contract.ts";
serveContract(await detectRuntime());
