import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** How a page asks. */
export interface AskOptions {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** What is answered. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One server-sent event. */
export interface ServerEvent {
  readonly type: string;
  // deno-lint-ignore no-explicit-any -- what a test knows of it
  readonly data: any;
}

/** Asks for something at an address, with any headers: a browser would not let a page choose all of them. */
export async function ask(url: string | URL, options: AskOptions = {}): Promise<PageAnswer> {
  const response = await begin(url, options);
  let body = "";
  response.setEncoding("utf8");
  for await (const text of response) body += text;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** Has something done, as the page itself does. */
export function post(url: string, action: string, body: unknown): Promise<PageAnswer> {
  return ask(new URL(action, url), {
    method: "POST",
    headers: { "content-type": "application/json", "origin": new URL(url).origin },
    body: JSON.stringify(body),
  });
}

/** Follows server-sent events. */
export class EventFollower implements AsyncDisposable {
  readonly #response: IncomingMessage;
  readonly #events: AsyncIterableIterator<ServerEvent>;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.#events = read(response);
  }

  static async open(url: string): Promise<EventFollower> {
    const response = await begin(new URL("events", url), {});
    if (response.statusCode !== 200) throw new Error(`Refused with ${response.statusCode}`);
    return new EventFollower(response);
  }

  /** The next event of a type, or of any. */
  async next(type?: string): Promise<ServerEvent> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done) throw new Error(`The events have ended before ${type}`);
      if (type === undefined || value.type === type) return value;
    }
  }

  /** Waits for the end of the events. */
  async end(): Promise<void> {
    while (!(await this.#events.next()).done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#response.closed) return;
    await new Promise((resolve) => this.#response.once("close", resolve).destroy());
  }
}

function begin(
  url: string | URL,
  { method = "GET", headers = {}, body }: AskOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const { hostname, port, pathname } = new URL(url);
    request({
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port,
      path: pathname,
      method,
      headers: { ...length, ...headers },
    }, resolve)
      .on("error", reject).end(body);
  });
}

async function* read(response: IncomingMessage): AsyncIterableIterator<ServerEvent> {
  let text = "";
  response.setEncoding("utf8");
  try {
    for await (const chunk of response) {
      const blocks = (text + chunk).split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const [, type] = /^event: (.*)$/m.exec(block) ?? [];
        const [, data = ""] = /^data: (.*)$/m.exec(block) ?? [];
        if (type !== undefined) yield { type, data: JSON.parse(data) };
      }
    }
  } catch (error) {
    // It was cut off.
    if ((error as { code?: string }).code !== "ECONNRESET") throw error;
  }
}
