/** The servers that the demo's programs connect to over Tor, on loopback. */
export class DemoServers implements AsyncDisposable {
  readonly #page: Deno.HttpServer<Deno.NetAddr>;
  readonly #whois: Deno.TcpListener;

  /** Starts them on free ports. */
  constructor() {
    const hostname = "127.0.0.1";
    const page = () => new Response("Hello from a page that only its Tor network can find\n");
    this.#page = Deno.serve({ hostname, port: 0, onListen() {} }, page);
    this.#whois = Deno.listen({ hostname, port: 0 });
    void this.#serveWhois();
  }

  /** The port of a web server with one page. */
  get pagePort(): number {
    return this.#page.addr.port;
  }

  /** The port of a server that answers one line, and closes the connection then (RFC 3912). */
  get whoisPort(): number {
    return this.#whois.addr.port;
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#whois.close();
    await this.#page.shutdown();
  }

  async #serveWhois(): Promise<void> {
    for await (const conn of this.#whois) {
      // One who goes away early harms no one.
      void answerWhois(conn).catch(() => {}).finally(() => conn.close());
    }
  }
}

async function answerWhois(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  let question = "";
  while (!question.includes("\n")) {
    const count = await conn.read(buffer);
    if (count === null) return;
    question += new TextDecoder().decode(buffer.subarray(0, count));
  }
  const answer = `${question.trim()} is a host of the demo\r\n`;
  await conn.write(new TextEncoder().encode(answer));
}
