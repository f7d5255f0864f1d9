import type { ImportFact, ModuleFacts } from "./module_facts.ts";

/** One breach of the house's rules. */
export interface Violation {
  /** The file, from the root of the project. */
  readonly path: string;
  /** The line, from 1. */
  readonly line: number;
  /** What is wrong and why. */
  readonly message: string;
}

/** The rooms that each room may import besides itself: those below it. */
const ROOMS_BELOW: Readonly<Record<string, readonly string[]>> = (() => {
  const util = ["errors"];
  const codec = ["util", ...util];
  const control = ["codec", ...codec];
  const config = ["socks", "control", ...control];
  const tor = ["launch", "onion", "state", "config", "http", ...config];
  return {
    errors: [],
    util,
    runtime: ["util", "errors"],
    codec,
    control,
    socks: control,
    config,
    http: config,
    launch: config,
    onion: ["config", ...config],
    state: ["config", ...config],
    tor,
    testing: ["tor", ...tor],
    cli: ["tor", ...tor],
  };
})();

/**
 * The packages that the library may import, each by the one room that may. Tor keeps the keys of onion
 * services expanded, whose public keys WebCrypto cannot compute, and no WebCrypto has SHA3: what does
 * both is not made by hand. The command line has a parser, and helps, that people know; its monitor a
 * screen that is drawn by what has changed, on every terminal.
 */
export const DEPENDENCIES: Readonly<Record<string, string>> = {
  "@noble/curves": "onion",
  "@noble/hashes": "onion",
  "commander": "cli",
  "terminal-kit": "cli",
};

/** Those of them that whoever wants the library alone may leave out; the rest works without. */
export const OPTIONAL_DEPENDENCIES: ReadonlySet<string> = new Set(["terminal-kit"]);

/** The rooms that pick a concrete adapter; every other is handed one. */
const COMPOSITION_ROOMS: ReadonlySet<string> = new Set(["tor", "testing", "cli"]);

const ENTRY = "mod.ts";
const RUNTIME_TYPES = "lib/runtime/types.ts";

/** The breaches within each single module: what it imports, and what else it holds. */
export function checkModules(modules: readonly ModuleFacts[]): Violation[] {
  const known = new Set(modules.map(({ path }) => path));
  return modules.flatMap((module) => [
    ...checkRoom(module),
    ...module.imports.flatMap((fact) => {
      const message = importFault(module.path, fact, known);
      return message === undefined ? [] : [{ path: module.path, line: fact.line, message }];
    }),
    ...checkConstructs(module),
  ]);
}

function checkRoom({ path }: ModuleFacts): Violation[] {
  const room = roomOf(path);
  if (path === ENTRY || (room !== undefined && room in ROOMS_BELOW)) return [];
  return [{
    path,
    line: 1,
    message: `is in no room that the design knows: ${Object.keys(ROOMS_BELOW).join(", ")}`,
  }];
}

function importFault(
  path: string,
  fact: ImportFact,
  known: ReadonlySet<string>,
): string | undefined {
  const { specifier } = fact;
  if (specifier === undefined) {
    return "imports a computed name: write the name out, so that it can be checked and rewritten";
  }
  const imports = `imports ${specifier}`;
  const room = roomOf(path);
  if (specifier.startsWith("node:")) {
    if (room === "runtime") return undefined;
    return `${imports}: only lib/runtime may name a platform; take a Runtime as an argument`;
  }
  if (!/^\.\.?\//.test(specifier)) return dependencyFault(imports, { specifier, room });
  const target = resolve(path, specifier);
  if (!known.has(target)) {
    return `${imports}: there is no ${target} in the library`;
  }
  if (path === ENTRY) return entryFault(imports, target);
  return roomFault({ room: room ?? "", imports, target, kind: fact.kind });
}

function dependencyFault(
  imports: string,
  { specifier, room }: { specifier: string; room: string | undefined },
): string | undefined {
  const name = Object.keys(DEPENDENCIES)
    .find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (name === undefined) {
    return `${imports}: the library has no dependencies but ${
      Object.keys(DEPENDENCIES).join(", ")
    }, and imports its own files by relative path`;
  }
  if (room === DEPENDENCIES[name]) return undefined;
  return `${imports}: only lib/${DEPENDENCIES[name]} may import ${name}`;
}

function entryFault(imports: string, target: string): string | undefined {
  const room = roomOf(target);
  if (room !== "testing" && room !== "cli") return undefined;
  return `${imports}: ${room} is an entry of its own, which the main one must not load`;
}

function roomFault(
  { room, imports, target, kind }: {
    room: string;
    imports: string;
    target: string;
    kind: ImportFact["kind"];
  },
): string | undefined {
  const targetRoom = roomOf(target);
  if (targetRoom === room) return undefined;
  if (targetRoom === undefined) return `${imports}: a room never imports the entry above it`;
  if (target === RUNTIME_TYPES) {
    if (kind === "type") return undefined;
    return `${imports}: the runtime's types are for \`import type\``;
  }
  if (targetRoom === "runtime") {
    if (COMPOSITION_ROOMS.has(room)) return undefined;
    return `${imports}: only ${
      [...COMPOSITION_ROOMS].join(", ")
    } pick a concrete adapter; take a Runtime as an argument`;
  }
  const below = ROOMS_BELOW[room] ?? [];
  if (below.includes(targetRoom)) return undefined;
  return `${imports}: ${room} may import ${
    below.length === 0 ? "no other room" : `only ${below.join(", ")}`
  }, not ${targetRoom}`;
}

function checkConstructs({ path, constructs }: ModuleFacts): Violation[] {
  return constructs.flatMap(({ kind, text, line }) => {
    if (kind === "platform name" && roomOf(path) === "runtime") return [];
    const why = {
      "platform name": "is a platform's own global, and only lib/runtime may name one",
      "using": "is a syntax error on Node 20 and 22 where types are only stripped",
      "top-level await": "waits while the module loads, which ends `require()` of the package",
      "reference directive": "is a reference directive: import the type instead",
    }[kind];
    return [{ path, line, message: `${text} ${why}` }];
  });
}

/** The room of a file: `"util"` of `lib/util/hex.ts`; `undefined` outside lib/. */
export function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\/./.exec(path)?.[1];
}

/** The path, from the root of the project, that a relative specifier means in the file at `path`. */
export function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}
