import { OPTION_TYPES } from "../../lib/config/option_table.ts";
import type { Markdown, MarkdownBlock } from "./markdown.ts";
import { shellCommands } from "./shell_words.ts";
import { torconArguments, torconFault } from "./torcon_command.ts";

/** What pages can speak of. */
export interface Project {
  /** Every Markdown file, by its path from the root. */
  readonly pages: ReadonlyMap<string, Markdown>;
  /** The tasks of deno.json. */
  readonly tasks: ReadonlySet<string>;
  /** The scripts of package.json. */
  readonly scripts: ReadonlySet<string>;
  /** Whether there is a file or a folder, by its path from the root. */
  exists(path: string): boolean;
  /** The languages of blocks that nothing checks, by the page that may use them. */
  readonly unchecked: Readonly<Record<string, readonly string[]>>;
}

/** What is wrong with a page of the project, a line each: links, commands and blocks that are stale. */
export async function pageFaults(path: string, project: Project): Promise<string[]> {
  const page = project.pages.get(path);
  if (page === undefined) throw new RangeError(`Cannot check ${path}: there is no such page`);
  const faults: string[] = [];
  const note = (line: number, fault: string | undefined) => {
    if (fault !== undefined) faults.push(`${path}:${line}: ${fault}`);
  };
  for (const { target, line } of page.links) note(line, linkFault(path, { target, project }));
  for (const block of page.blocks) {
    for (const fault of await blockFaults(path, { block, project })) note(block.line, fault);
  }
  for (const { text, line } of page.codeSpans) {
    if (!/^(?:\$ )?(?:torcon|npx|bunx|npm|deno|bun) ./.test(text)) continue;
    // Of what is in capitals, or left open, the reader fills in his own.
    const [words = []] = shellCommands(text.replace(/\s+(?:[A-Z]+(?:\.\.\.)?|…)(?=\s|$).*/, ""));
    note(line, await commandFault(words, { project, partial: true }));
  }
  return faults;
}

function linkFault(
  path: string,
  { target, project }: { target: string; project: Project },
): string | undefined {
  if (/^[a-z][\w+.-]*:/i.test(target)) return undefined;
  const { pathname, hash } = new URL(target, `file:///${path}`);
  const file = target.startsWith("#") ? path : decodeURI(pathname).slice(1).replace(/\/$/, "");
  if (!project.exists(file)) return `${target} leads nowhere`;
  const anchors = project.pages.get(file)?.anchors;
  if (hash === "" || anchors === undefined || anchors.has(decodeURI(hash.slice(1)))) {
    return undefined;
  }
  return `${target} names no heading of ${file}`;
}

async function blockFaults(
  path: string,
  { block: { info, text }, project }: { block: MarkdownBlock; project: Project },
): Promise<string[]> {
  switch (info) {
    case "ts": // `deno check --doc` does it
    case "text":
      return [];
    case "":
      return LOOKS_LIKE_CODE.test(text) ? ["A block of code does not tell its language"] : [];
    case "sh": {
      const faults = shellCommands(text).map((words) => commandFault(words, { project }));
      return (await Promise.all(faults)).filter((fault) => fault !== undefined);
    }
    case "json":
      return jsonFaults(text);
    case "torrc":
      return torrcFaults(text);
    default: {
      const isListed = project.unchecked[path]?.includes(info) ?? false;
      return isListed ? [] : [`Nothing checks a block of ${info}, and it is not listed as such`];
    }
  }
}

const LOOKS_LIKE_CODE = /^\s*(?:\$ )?(?:import|export|const|await|npm|npx|bunx?|deno|torcon)\b/m;

/** What is wrong with a command of a shell: with the arguments of torcon, a task, or a path of ours. */
async function commandFault(
  words: readonly string[],
  { project, partial = false }: { project: Project; partial?: boolean },
): Promise<string | undefined> {
  const args = torconArguments(words);
  if (args !== undefined) {
    const fault = await torconFault(args, { partial });
    return fault && `\`${words.join(" ")}\`: ${fault.split("\n")[0]}`;
  }
  const [program = "", ...rest] = words[0] === "npx" ? words.slice(1) : words;
  if (program === "npm" && rest[0] === "run" && rest[1] !== undefined) {
    return project.scripts.has(rest[1]) ? undefined : `There is no npm script ${rest[1]}`;
  }
  if (program === "npm" && rest[0] === "test") {
    return project.scripts.has("test") ? undefined : "There is no npm script test";
  }
  if (program === "deno" && rest[0] === "task" && rest[1] !== undefined) {
    return project.tasks.has(rest[1]) ? undefined : `There is no task ${rest[1]}`;
  }
  const missing = words.map((word) => word.replace(/^\.\//, ""))
    .find((word) => /^(?:examples|scripts|tests|docs|lib)\//.test(word) && !project.exists(word));
  return missing && `There is no ${missing}`;
}

function jsonFaults(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`It is no JSON: ${error instanceof Error ? error.message : error}`];
  }
}

const TOR_OPTIONS: ReadonlySet<string> = new Set(
  OPTION_TYPES.map(([name]) => name.toLowerCase()),
);

function torrcFaults(text: string): string[] {
  const names = text.split("\n").map((line) => line.replace(/#.*/, "").trim().split(/\s+/)[0]!)
    .filter((name) => name !== "" && !name.startsWith("%"))
    .map((name) => name.replace(/^[+/]/, ""));
  return names.filter((name) => !TOR_OPTIONS.has(name.toLowerCase()))
    .map((name) => `Tor has no option ${name}`);
}
