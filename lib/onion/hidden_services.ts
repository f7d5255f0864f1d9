import {
  type HiddenServiceRecord,
  readHiddenServices,
  writeHiddenServices,
} from "../config/hidden_service_record.ts";
import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { isSamePath } from "./service_directory.ts";

/**
 * The onion services in a Tor's configuration, which Tor takes only all together (`SETCONF` of one
 * replaces the rest): whoever changes one does so in turn.
 */
export class HiddenServices {
  readonly #control: ControlConnection;
  readonly #isUnsaved: () => boolean;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Reads nothing yet.
   *
   * @param isUnsaved Whether the user has changed the same option and not saved it, and would lose
   * either change.
   */
  constructor(control: ControlConnection, { isUnsaved }: { isUnsaved: () => boolean }) {
    this.#control = control;
    this.#isUnsaved = isUnsaved;
  }

  /** Does something in turn: nothing else is in between. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return await turn;
  }

  /** Asks Tor for the services (GETCONF HiddenServiceOptions, control-spec, section 3.3). */
  async read({ signal }: AbortOptions = {}): Promise<HiddenServiceRecord[]> {
    const lines = await this.#control.getConf("HiddenServiceOptions", { signal });
    return readHiddenServices(
      lines.flatMap(({ key, value }) => value === undefined ? [] : [[key, value] as const]),
    );
  }

  /**
   * Sets the services. Tor reads their directories again, and the clients that they let in, also of
   * those that are the same as before; SIGHUP would drop those that are not in the torrc.
   *
   * @throws {TorError} Where the user has changed the same option and not saved it.
   * @throws {ControlReplyError} Where Tor refuses; nothing is changed then.
   */
  async write(services: readonly HiddenServiceRecord[]): Promise<void> {
    if (this.#isUnsaved()) {
      throw new TorError(
        "Cannot change the onion services while config.hiddenServices has changes that are not " +
          "saved: save or discard them first",
      );
    }
    const lines = writeHiddenServices(services);
    await this.#control.setConf(lines.length === 0 ? [["HiddenServiceDir", null]] : lines);
  }

  /** Takes the service of a directory out, where it is there. */
  async remove(path: string): Promise<void> {
    const services = await this.read();
    const others = services.filter(({ dir }) => !isSamePath(dir, path));
    if (others.length < services.length) await this.write(others);
  }
}
