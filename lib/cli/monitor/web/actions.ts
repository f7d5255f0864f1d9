import { decodeText } from "../../../codec/text.ts";
import { explain } from "../../explain.ts";
import type { Monitor } from "../monitor.ts";
import { bare, failure } from "./answers.ts";

/** The most that is read of what a page sends, in bytes. */
const MOST_BYTES = 1024;

/** What the actions need of a {@linkcode Monitor}. */
export type Steered = Pick<Monitor, "closeCircuit" | "closeStream" | "newIdentity">;

/** What is asked for: that, or a status that it is refused with. */
type Action = (monitor: Steered, body: Record<string, unknown>) => Promise<unknown> | number;

/** What a page can have done, by the name that it is posted to. */
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["close-circuit", (monitor, { id }) => isId(id) ? monitor.closeCircuit(id) : 400],
  ["close-stream", (monitor, { id }) => isId(id) ? monitor.closeStream(id) : 400],
  ["new-identity", (monitor) => monitor.newIdentity()],
]);

/** Whether a page can have this done. */
export function isAction(name: string): boolean {
  return ACTIONS.has(name);
}

/** Does what a page asks for, and answers when Tor has done it. */
export async function act(name: string, request: Request, monitor: Steered): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) return bare(415);
  const text = await readShort(request);
  if (text === undefined) return bare(413);
  const body = parseObject(text);
  if (body === undefined) return bare(400);
  try {
    const done = ACTIONS.get(name)!(monitor, body);
    if (typeof done === "number") return bare(done);
    await done;
    return bare(204);
  } catch (error) {
    return failure(explain(error).message);
  }
}

/** Reads a body to its end; `undefined` where it is too long, of which no more is read. */
async function readShort({ headers, body }: Request): Promise<string | undefined> {
  if (Number(headers.get("content-length")) > MOST_BYTES) return undefined;
  let text = "";
  for await (const chunk of chunks(body)) {
    text += decodeText(chunk);
    if (text.length > MOST_BYTES) return undefined;
  }
  return text;
}

async function* chunks(body: Request["body"]): AsyncIterableIterator<Uint8Array> {
  const reader = body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next?.value === undefined) return;
    yield next.value;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isId(id: unknown): id is number {
  return Number.isSafeInteger(id) && Number(id) > 0;
}
