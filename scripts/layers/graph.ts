import type { ImportFact, ModuleFacts } from "./module_facts.ts";
import { resolve, type Violation } from "./rules.ts";

/** The breaches that only the whole graph shows: cycles, and a platform met when the entry loads. */
export function checkGraph(modules: readonly ModuleFacts[]): Violation[] {
  const graph = new Map(modules.map((module) => [module.path, module]));
  return [...findCycles(graph), ...findEagerPlatform(graph)];
}

type Graph = ReadonlyMap<string, ModuleFacts>;

/** Every import that closes a cycle, types included: a depth-first walk that meets its own path. */
function findCycles(graph: Graph): Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  function walk(path: string): void {
    trail.push(path);
    for (const { target, fact } of edges(graph, path)) {
      const start = trail.indexOf(target);
      if (start !== -1) {
        const cycle = [...trail.slice(start), target].join(" -> ");
        violations.push({ path, line: fact.line, message: `closes a cycle: ${cycle}` });
      } else if (!done.has(target)) {
        walk(target);
      }
    }
    trail.pop();
    done.add(path);
  }
  for (const path of graph.keys()) if (!done.has(path)) walk(path);
  return violations;
}

/** Imports of `node:` modules that happen as soon as mod.ts is loaded, on whatever platform. */
function findEagerPlatform(graph: Graph): Violation[] {
  const violations: Violation[] = [];
  const seen = new Set<string>();

  function walk(path: string, trail: readonly string[]): void {
    if (seen.has(path)) return;
    seen.add(path);
    const here = [...trail, path];
    for (const { specifier, kind, line } of graph.get(path)?.imports ?? []) {
      if (kind !== "static" || !specifier?.startsWith("node:")) continue;
      const message = `loads ${specifier} together with mod.ts (${here.join(" -> ")}): ` +
        "import it, or the adapter, on demand";
      violations.push({ path, line, message });
    }
    for (const { target, fact } of edges(graph, path)) {
      if (fact.kind === "static") walk(target, here);
    }
  }
  walk("mod.ts", []);
  return violations;
}

function edges(graph: Graph, path: string): { target: string; fact: ImportFact }[] {
  return (graph.get(path)?.imports ?? []).flatMap((fact) => {
    if (!fact.specifier?.startsWith(".")) return [];
    const target = resolve(path, fact.specifier);
    return graph.has(target) ? [{ target, fact }] : [];
  });
}
