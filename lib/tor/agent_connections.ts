import { DisconnectedError } from "../errors/mod.ts";
import type { Conn, RuntimeHttpAgent } from "../runtime/types.ts";

/** What the agents of one Tor have open: nobody else ends what they keep for later. */
export class AgentConnections {
  readonly #agents = new Map<Conn, RuntimeHttpAgent>();
  /** What is begun before {@linkcode forget} is of another generation than what comes after. */
  #generation = 0;
  #closed = false;

  /**
   * Opens a connection for an agent.
   *
   * @throws {DisconnectedError} Where all were closed meanwhile.
   */
  async open(agent: RuntimeHttpAgent, dial: () => Promise<Conn>): Promise<Conn> {
    const generation = this.#generation;
    const conn = await dial();
    if (this.#closed) {
      await conn.close();
      throw new DisconnectedError("Cannot connect through Tor: the Tor object was closed");
    }
    this.#agents.set(conn, agent);
    const remove = () => this.#agents.delete(conn);
    conn.closed.then(remove, remove);
    // An agent that had nothing open yet was not told.
    if (generation !== this.#generation) agent.forgetConnections();
    return conn;
  }

  /** Has every agent close what it keeps, and keep nothing that is in use or being opened. */
  forget(): void {
    this.#generation++;
    for (const agent of new Set(this.#agents.values())) agent.forgetConnections();
  }

  /** Closes every connection, and those that are still being opened. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#agents.keys()].map((conn) => conn.close()));
  }
}
