import { UNLISTED_INFO } from "./unlisted_info.ts";

/** A part of the names that GETINFO knows: what is read of Tor, of which the tree is made. */
export interface InfoName {
  /** The name up to here, such as `net/listeners`; that of the root is empty. */
  readonly path: string;
  /** What Tor says about it, in lines; empty where it says nothing. */
  readonly documentation: string;
  /** Whether it can be asked for as it is. */
  readonly isKey: boolean;
  /** Whether it can be asked for with `/` and an argument behind it. */
  readonly takesArgument: boolean;
  /** What comes behind it and another `/`. */
  readonly children: ReadonlyMap<string, InfoName>;
}

/** The same while it grows. */
interface Growing extends InfoName {
  documentation: string;
  isKey: boolean;
  takesArgument: boolean;
  readonly children: Map<string, Growing>;
}

/**
 * Reads the value of `GETINFO info/names` (control-spec, section 3.9): lines such as
 * `desc/id/* -- Router descriptors by ID.`, where `*` and `<fp>` stand for arguments.
 */
export function parseInfoNames(text: string): InfoName {
  const root = grown("");
  for (const line of text.split("\n")) {
    const [, name, documentation = ""] = /^(\S+)(?: +(?:-- )?(.*))?$/.exec(line) ?? [];
    if (name !== undefined) addName(root, name, documentation);
  }
  for (const [prefix, keys] of Object.entries(UNLISTED_INFO)) {
    if (!find(root, prefix)?.takesArgument) continue;
    for (const [key, documentation] of Object.entries(keys)) {
      const name = `${prefix}/${key}`;
      if (find(root, name) === undefined) addName(root, name, documentation);
    }
  }
  return root;
}

/** A key that GETINFO knows, with what Tor says about it in one line; `/*` is where an argument belongs. */
export interface ListedInfoKey {
  /** The key. */
  readonly key: string;
  /** What it tells. */
  readonly documentation: string;
}

/** All that can be asked for, in Tor's order. */
export function listInfoKeys(
  { path, documentation, isKey, takesArgument, children }: InfoName,
): ListedInfoKey[] {
  const keys = [...isKey ? [path] : [], ...takesArgument ? [`${path}/*`] : []];
  return [
    ...keys.map((key) => ({ key, documentation: documentation.replaceAll("\n", " ") })),
    ...[...children.values()].flatMap(listInfoKeys),
  ];
}

function addName(root: Growing, name: string, documentation: string): void {
  let node = root;
  let takesArgument = false;
  for (const part of name.split("/")) {
    takesArgument = /^<.*>$|\*$/.test(part);
    // Of the prefix `hs/client/desc/id/` Tor 0.4.9 says `id*`.
    const word = takesArgument ? part.replace(/^<.*|\*$/, "") : part;
    if (word !== "") node = childOf(node, word);
    if (takesArgument) break;
  }
  if (takesArgument) node.takesArgument = true;
  else node.isKey = true;
  const isWhole = /^\/?\*?$/.test(name.slice(node.path.length));
  const text = isWhole ? documentation : `${name}: ${documentation}`;
  node.documentation += node.documentation === "" ? text : `\n${text}`;
}

function childOf(node: Growing, word: string): Growing {
  let child = node.children.get(word);
  if (child === undefined) {
    child = grown(node.path === "" ? word : `${node.path}/${word}`);
    node.children.set(word, child);
  }
  return child;
}

function grown(path: string): Growing {
  return { path, documentation: "", isKey: false, takesArgument: false, children: new Map() };
}

function find(root: InfoName, path: string): InfoName | undefined {
  let node: InfoName | undefined = root;
  for (const word of path.split("/")) node = node?.children.get(word);
  return node;
}
