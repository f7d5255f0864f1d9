import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { ConnDuplex } from "./conn_duplex.ts";
import type { HttpAgentOptions, HttpAgentTarget, RuntimeHttpAgent } from "./types.ts";

/** Stands for "no port was asked for": a number that no request can give as its port. */
const NO_PORT = -1;

/** What `node:https` tells an agent besides. */
interface PrivateOptions {
  readonly servername?: string;
  readonly _defaultAgent?: { readonly protocol?: string };
}

type Connected = (error: Error | null, stream: Duplex) => void;

/** An agent that has its connections opened for it, by names, and never resolves or opens any itself. */
export class ConnectingAgent extends Agent implements RuntimeHttpAgent {
  /**
   * One agent serves `http:` and `https:`, and is not told which when it is asked for the port that
   * goes without saying; so it names one by which it sees later that none was given.
   */
  readonly defaultPort: number = NO_PORT;
  /** None, for both are taken: an agent that has one is refused for the other. */
  readonly protocol: string | undefined = undefined;
  readonly #connect: HttpAgentOptions["connect"];
  /** What is begun before {@linkcode forgetConnections} is of another generation than what comes after. */
  #generation = 0;
  readonly #generations = new WeakMap<ConnDuplex, number>();

  /** Makes an agent that connects by `connect`. */
  constructor({ connect, keepAlive = false }: HttpAgentOptions) {
    super({ keepAlive });
    this.#connect = connect;
    // Before Node's own listener: that one hands it to a request that waits for one, or keeps it.
    // It does so with new ones too, on which nothing has come.
    this.prependListener("free", (stream: ConnDuplex) => {
      const isNew = this.#generations.get(stream) === this.#generation;
      if (!isNew || (!keepAlive && stream.received > 0)) stream.destroy();
    });
  }

  /** Called by `node:http` for a request that no kept connection can take. */
  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    void this.#open(options).then(
      (stream) => connected?.(null, stream),
      // Node's declaration asks for a stream even where there is none.
      connected as ((error: Error) => void) | undefined,
    );
  }

  async #open(options: ClientRequestArgs): Promise<ConnDuplex> {
    const generation = this.#generation;
    const stream = new ConnDuplex(await this.#connect(targetOf(options)));
    this.#generations.set(stream, generation);
    return stream;
  }

  forgetConnections(): void {
    this.#generation++;
    for (const kept of Object.values(this.freeSockets)) {
      for (const stream of kept ?? []) stream.destroy();
    }
  }

  /** What two requests must share to share a connection. */
  override getName(options?: ClientRequestArgs): string {
    if (options === undefined) return "";
    const { hostname, port, secure, serverName } = targetOf(options);
    return `${secure ? "https" : "http"}:${hostname}:${port}:${serverName ?? ""}`;
  }
}

function targetOf(options: ClientRequestArgs): HttpAgentTarget {
  const { servername, _defaultAgent: defaultAgent } = options as PrivateOptions;
  const protocol = options.protocol ?? defaultAgent?.protocol;
  const secure = protocol === "https:" || protocol === "wss:";
  const port = Number(options.port);
  const hostname = (options.host ?? options.hostname ?? "").replace(/^\[|\]$/g, "");
  return {
    hostname,
    port: port === NO_PORT ? (secure ? 443 : 80) : port,
    secure,
    serverName: servername || undefined,
  };
}
