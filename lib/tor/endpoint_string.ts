/** The parts of an endpoint string such as `"tor:example.com:80:tls=true"`. */
export interface EndpointString {
  /** What comes first: the kind of endpoint. */
  readonly kind: string;
  /** The parts without a key, in order. */
  readonly positional: readonly string[];
  /** The parts with a key, by key. */
  readonly keywords: ReadonlyMap<string, string>;
}

/**
 * Takes an endpoint string apart, by the grammar of Twisted's: parts are separated by colons, a part may
 * be `key=value`, and a backslash takes the meaning from the character behind it. An IPv6 address in
 * brackets needs no backslashes.
 *
 * @throws {SyntaxError} Where a key comes twice, or the last character is a lone backslash.
 */
export function parseEndpointString(text: string): EndpointString {
  const [kind = "", ...parts] = splitParts(text);
  const positional: string[] = [];
  const keywords = new Map<string, string>();
  for (const part of parts) {
    const equals = /^[A-Za-z]+=/.exec(part)?.[0].length;
    if (equals === undefined) {
      positional.push(unescape(part));
      continue;
    }
    const key = part.slice(0, equals - 1);
    if (keywords.has(key)) throw new SyntaxError(`Cannot use ${key} twice in an endpoint string`);
    keywords.set(key, unescape(part.slice(equals)));
  }
  return { kind: unescape(kind), positional, keywords };
}

/** The parts, with the backslashes that are in them. */
function splitParts(text: string): string[] {
  const part = /(?:\\.|[A-Za-z]+=(?=\[)|\[[0-9A-Fa-f:.]+\](?=:|$)|[^:\\])*/suy;
  const parts: string[] = [];
  for (let at = 0;;) {
    part.lastIndex = at;
    const found = part.exec(text)![0];
    parts.push(found);
    at += found.length;
    if (at === text.length) return parts;
    if (text[at] === "\\") {
      throw new SyntaxError("Cannot read an endpoint string that ends with a backslash");
    }
    at++;
  }
}

function unescape(part: string): string {
  return part.replace(/\\(.)/gsu, "$1");
}
