import type { ConfChangedEvent } from "../codec/events/mod.ts";
import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions } from "../runtime/types.ts";

const OPTION = "__LeaveStreamsUnattached";

/**
 * Tor's option to leave new and detached streams to the controller, and the value that it had before it
 * was set here. One change is under way at a time.
 */
export class UnattachedOption {
  readonly #control: ControlConnection;
  readonly #wanted: () => boolean;
  #state: "off" | "on" | "unknown" = "off";
  #prior: string | undefined;
  #isHeard = false;
  #running: Promise<void> | undefined;

  /** It is as Tor has it, until {@linkcode update} finds that it is wanted. */
  constructor(control: ControlConnection, wanted: () => boolean) {
    this.#control = control;
    this.#wanted = wanted;
  }

  /** Whether it may be set: streams may wait for this controller. */
  get mayBeOn(): boolean {
    return this.#state !== "off";
  }

  /** Sets the option or gives back its old value, as it is wanted, and resolves when Tor has done so. */
  async update(): Promise<void> {
    if (this.#isRight) return;
    await (this.#running ??= this.#run());
  }

  /** What the option is was not seen: it may be another Tor that answers now. */
  forget(): void {
    if (this.#state !== "off") this.#state = "unknown";
  }

  /** Gives back the old value by another connection. */
  async release(control: ControlConnection, options: AbortOptions): Promise<void> {
    await this.#giveBack(control, options);
    this.#state = "off";
  }

  /** Stops to hear of changes that others make. */
  async stop(): Promise<void> {
    await this.#control.removeEventListener("CONF_CHANGED", this.#changed);
  }

  get #isRight(): boolean {
    return this.#running === undefined && this.#state === (this.#wanted() ? "on" : "off");
  }

  async #run(): Promise<void> {
    try {
      do {
        if (this.#wanted()) await this.#turnOn();
        else await this.#turnOff();
      } while (this.#state !== (this.#wanted() ? "on" : "off"));
    } finally {
      // At once: whoever asks from now on must not be told of what was wanted before.
      this.#running = undefined;
    }
  }

  async #turnOn(): Promise<void> {
    if (!this.#isHeard) {
      await this.#control.addEventListener("CONF_CHANGED", this.#changed);
      this.#isHeard = true;
    }
    if (this.#state === "off") {
      const [line] = await this.#control.getConf(OPTION);
      this.#prior = line?.value;
    }
    // Streams may wait before the reply is read.
    this.#state = "unknown";
    await this.#control.setConf({ [OPTION]: 1 });
    this.#state = "on";
  }

  async #turnOff(): Promise<void> {
    await this.#giveBack(this.#control);
    // What Tor told before it did so may come behind its reply, but not behind the next one: it sends what
    // it has to tell before it waits for commands.
    await this.#control.getInfo("version");
    this.#state = "off";
  }

  async #giveBack(control: ControlConnection, options?: AbortOptions): Promise<void> {
    if (this.#prior === undefined) await control.resetConf(OPTION, options);
    else await control.setConf({ [OPTION]: this.#prior }, options);
  }

  /** A reload, or another controller, has reset it: Tor would choose circuits by itself. */
  readonly #changed = ({ changes }: ConfChangedEvent): void => {
    const change = changes.find(({ key }) => key.toLowerCase() === OPTION.toLowerCase());
    if (change === undefined || change.value === "1") return;
    // Whoever had set it before has it so no more.
    this.#prior = change.value;
    if (this.#state !== "on" || !this.#wanted()) return;
    this.#state = "unknown";
    this.update().catch(() => {}); // the connection is lost, which is told elsewhere
  };
}
