import { parseEndpointString } from "./endpoint_string.ts";

/** What an endpoint string may say. */
export interface EndpointGrammar<Key extends string> {
  /** What is done by the text, to follow "Cannot", such as `"connect"`. */
  action: string;
  /** The kind that it must be of, and how one looks. */
  kind: string;
  example: string;
  /** What may stand in it by key. */
  keys: readonly Key[];
  /** The keys of what stands in it without one, in order. They must be there. */
  required: readonly Key[];
  /** Why a key is refused that was known once; `undefined` for others. */
  refusal?: ((name: string) => string | undefined) | undefined;
}

/**
 * Reads an endpoint string.
 *
 * @throws {SyntaxError} Where it is of another kind, or a part is missing, unknown, or there twice.
 */
export function readEndpointValues<Key extends string>(
  description: string,
  { action, kind, example, keys, required, refusal }: EndpointGrammar<Key>,
): Map<Key, string> {
  const parsed = parseEndpointString(description);
  if (parsed.kind !== kind) {
    throw new SyntaxError(
      `Cannot ${action} by an endpoint string of the kind "${parsed.kind}": expected "${example}"`,
    );
  }
  const values = new Map<Key, string>();
  for (const [i, value] of parsed.positional.entries()) {
    const key = required[i];
    if (key === undefined) {
      const most = required.map((name) => `a ${name}`).join(" and ");
      throw new SyntaxError(`Cannot ${action} by an endpoint string of more than ${most}`);
    }
    values.set(key, value);
  }
  for (const [name, value] of parsed.keywords) {
    const key = keys.find((known) => known === name);
    if (key === undefined) {
      const why = refusal?.(name) ?? `expected ${keys.join(", ")}`;
      throw new SyntaxError(`Cannot ${action} by an endpoint string with ${name}: ${why}`);
    }
    if (values.has(key)) throw new SyntaxError(`Cannot use ${key} twice in an endpoint string`);
    values.set(key, value);
  }
  const missing = required.find((key) => !values.has(key));
  if (missing !== undefined) {
    throw new SyntaxError(`Cannot ${action} by the endpoint string: it has no ${missing}`);
  }
  return values;
}

/**
 * Reads a port.
 *
 * @param least The lowest that is allowed; default 1.
 * @throws {RangeError} Where it is none.
 */
export function readPort(key: string, text: string, least: number = 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= least && port <= 65535) return port;
  throw new RangeError(
    `Cannot use "${text}" as ${key}: expected a whole number from ${least} to 65535`,
  );
}

/**
 * Reads what is true or false.
 *
 * @throws {SyntaxError} Where it is neither.
 */
export function readBoolean(key: string, text: string): boolean {
  if (/^(?:true|yes|1)$/i.test(text)) return true;
  if (/^(?:false|no|0)$/i.test(text)) return false;
  throw new SyntaxError(`Cannot use "${text}" as ${key}: expected true or false`);
}
