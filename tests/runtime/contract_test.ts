import { detectRuntime } from "../../lib/runtime/mod.ts";
import { runtimeContract } from "./runtime_contract.ts";

const runtime = await detectRuntime();
runtimeContract(`the ${runtime.name} adapter`, runtime);
