/**
 * Checks the rules of the house on mod.ts and lib/: imports run one way and in no circle, only
 * lib/runtime names a platform, nothing is imported from a registry, and no `using` or top-level
 * await stands anywhere.
 *
 * The imports are read by TypeScript's own parser. Its API is marked unstable; package.json pins
 * the version.
 *
 * @module
 */
import { API, type APIOptions } from "typescript/unstable/async";
import { checkGraph } from "./layers/graph.ts";
import { type ModuleFacts, moduleFacts } from "./layers/module_facts.ts";
import { checkModules, type Violation } from "./layers/rules.ts";

/** Where to look. */
export interface CheckLayersOptions {
  /** The absolute path of the folder with tsconfig.json, mod.ts and lib/. */
  root: string;
  /** Stands in for the real file system. */
  fs?: APIOptions["fs"];
}

/** What was found. */
export interface CheckLayersResult {
  /** The files that were checked, from the root of the project. */
  readonly files: readonly string[];
  /** The breaches, by file and line; empty where all is well. */
  readonly violations: readonly Violation[];
}

/** Checks every module of the library. */
export async function checkLayers(options: CheckLayersOptions): Promise<CheckLayersResult> {
  const { root, fs } = options;
  const api = new API({ cwd: root, ...(fs === undefined ? {} : { fs }) });
  try {
    const config = `${root}/tsconfig.json`;
    const snapshot = await api.updateSnapshot({ openProjects: [config] });
    const project = snapshot.getProject(config);
    if (project === undefined) throw new Error(`Cannot open ${config}`);

    const { program, checker } = project;
    const modules: ModuleFacts[] = [];
    for (const fileName of (await program.getSourceFileNames()).toSorted()) {
      const path = fileName.slice(root.length + 1);
      if (!fileName.startsWith(`${root}/`) || !(path === "mod.ts" || /^lib\//.test(path))) continue;
      const source = await program.getSourceFile(fileName);
      if (source === undefined) throw new Error(`Cannot parse ${fileName}`);
      modules.push(await moduleFacts(source, { path, checker }));
    }
    const violations = [...checkModules(modules), ...checkGraph(modules)]
      .sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line);
    return { files: modules.map(({ path }) => path), violations };
  } finally {
    await api.close();
  }
}

if (import.meta.main) {
  const { files, violations } = await checkLayers({ root: Deno.cwd() });
  for (const { path, line, message } of violations) console.error(`${path}:${line} ${message}`);
  if (violations.length > 0) {
    console.error(`Found ${violations.length} breaches of the layers in ${files.length} files`);
    Deno.exit(1);
  }
  console.log(`Checked the layers of ${files.length} files`);
}
