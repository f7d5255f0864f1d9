import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { InfoName } from "./info_names.ts";

/** What every part of an {@linkcode InfoTree} has. Its children are its attributes. */
export interface InfoPart extends Iterable<InfoNode> {
  /**
   * The key of GETINFO; of a prefix what comes before `/` and the argument, and of a branch what its keys
   * begin with.
   */
  readonly key: string;
  /** What Tor says about it, in lines; empty where it says nothing. */
  readonly documentation: string;
}

/** A part of an {@linkcode InfoTree} that only leads to others, such as `net`. */
export interface InfoBranch extends InfoPart {
  /** That it is no key. */
  readonly kind: "branch";
}

/** A key of GETINFO, such as `version`, as a function that asks for it. */
export interface InfoKey extends InfoPart {
  /** That it is a key as it is. */
  readonly kind: "key";
  /**
   * Asks Tor for the value (GETINFO, control-spec, section 3.9), as `ControlConnection.getInfo` does.
   *
   * @returns The value; lines are separated by `"\n"`.
   */
  (options?: AbortOptions): Promise<string>;
  /** The lines of the value as they come, as `ControlConnection.getInfoLines` gives them. */
  lines(options?: AbortOptions): AsyncIterableIterator<string>;
}

/** A prefix of keys of GETINFO, such as `desc/id/`, as a function of what comes behind it. */
export interface InfoPrefix extends InfoPart {
  /** That it is a key only with an argument. */
  readonly kind: "prefix";
  /**
   * Asks Tor for the value (GETINFO, control-spec, section 3.9), as `ControlConnection.getInfo` does.
   *
   * @param argument The rest of the key: no space, quote or control character.
   * @returns The value; lines are separated by `"\n"`.
   */
  (argument: string, options?: AbortOptions): Promise<string>;
  /** The lines of the value as they come, as `ControlConnection.getInfoLines` gives them. */
  lines(argument: string, options?: AbortOptions): AsyncIterableIterator<string>;
}

/** A part of an {@linkcode InfoTree}; its `kind` tells how it is called. */
export type InfoNode = InfoBranch | InfoKey | InfoPrefix;

/** What a node may be called with. */
type CallArguments = readonly [argument?: string | AbortOptions, options?: AbortOptions];

/** Makes a node and all below it. */
export function infoNode(name: InfoName, control: ControlConnection): InfoNode {
  const children = new Map(
    [...name.children].map(([word, child]) => [word, infoNode(child, control)]),
  );
  const { path, documentation, isKey, takesArgument } = name;
  const kind = takesArgument ? "prefix" : isKey ? "key" : "branch";
  const own = { key: path, documentation, kind, [Symbol.iterator]: () => children.values() };
  const node = kind === "branch" ? hide({}, own) : hide(
    async (...args: CallArguments) => {
      const { key, options } = requestOf(name, args);
      return await control.getInfo(key, options);
    },
    {
      ...own,
      // What a debugger shows of a function; a child that is called so comes in its place.
      name: path,
      lines: (...args: CallArguments) => {
        const { key, options } = requestOf(name, args);
        return control.getInfoLines(key, options);
      },
    },
  );
  for (const [word, value] of children) {
    if (NOT_CHILDREN.has(word)) continue;
    Object.defineProperty(node, word, { value, enumerable: true });
  }
  return Object.freeze(node) as InfoNode;
}

/** What is no child's attribute: what nodes have themselves, and what would make promises of them. */
const NOT_CHILDREN: ReadonlySet<string> = new Set([
  "key",
  "documentation",
  "kind",
  "lines",
  "then",
]);

/** Gives an object properties that are not enumerated with its children. */
function hide(node: object, properties: Record<PropertyKey, unknown>): object {
  for (const key of Reflect.ownKeys(properties)) {
    Object.defineProperty(node, key, {
      value: properties[key],
      enumerable: false,
      configurable: true,
    });
  }
  return node;
}

/** The key that a call asks for. */
function requestOf(
  { path, isKey, takesArgument }: InfoName,
  [first, second]: CallArguments,
): { key: string; options: AbortOptions } {
  if (takesArgument && typeof first === "string" && first !== "") {
    return { key: `${path}/${first}`, options: second ?? {} };
  }
  if (isKey && (first === undefined || typeof first === "object")) {
    return { key: path, options: first ?? {} };
  }
  throw new TypeError(
    takesArgument
      ? `Cannot read ${path}/* without an argument: expected a text that is not empty`
      : `Cannot read ${path} with the argument ${String(first)}: it takes none`,
  );
}
