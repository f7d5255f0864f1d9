import type { ConfLine } from "../control/commands/configuration_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError, TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { callSafely, type ErrorHandler } from "../util/report_error.ts";
import { readDefinition, undefinedIfRefused } from "./config_definition.ts";
import type { ConfigOptions, UpdatedOption } from "./config_options.ts";
import { ConfigSaveError } from "./config_save_error.ts";
import type { LiveOption, OptionChange } from "./live_option.ts";
import type { OptionChangedEvent } from "./option_changed_event.ts";
import { isMixedUp, readOptions } from "./read_options.ts";
import { saveCommands } from "./save_commands.ts";

/** A function that follows an option. */
export type OptionListener = (event: OptionChangedEvent) => unknown;

/**
 * Keeps options in step with a Tor: reads them, follows CONF_CHANGED (control-spec, section 4.1.18),
 * saves, and reads them again after a lost connection is restored.
 */
export class LiveConfig {
  /** The services that Tor holds for this connection; `undefined` where it does not tell. */
  ephemeralOnionServices: readonly string[] | undefined;
  /** The services that Tor holds for no connection; `undefined` where it does not tell. */
  detachedOnionServices: readonly string[] | undefined;
  /** Whether Tor tells of changes. */
  isLive = false;

  readonly #control: ControlConnection;
  readonly #options: ConfigOptions;
  readonly #onError: ErrorHandler;
  readonly #listeners = new Map<LiveOption, readonly OptionListener[]>();
  readonly #stop = new AbortController();
  /** What has changed since each read that is under way was sent. */
  readonly #changesSince = new Set<(readonly ConfLine[])[]>();
  #saving: Promise<void> = Promise.resolve();
  #resync: Promise<void> = Promise.resolve();

  /** Reads nothing yet. */
  constructor(
    control: ControlConnection,
    { options, onError }: { options: ConfigOptions; onError: ErrorHandler },
  ) {
    this.#control = control;
    this.#options = options;
    this.#onError = onError;
  }

  /** Subscribes, and reads all: first what there is, and then the values, each all at once. */
  async start({ signal }: AbortOptions): Promise<void> {
    const listen = { signal: this.#stop.signal };
    try {
      const subscribed = Promise.all([
        this.#control.addEventListener(
          "CONF_CHANGED",
          ({ changes }) => this.#changed(changes),
          listen,
        )
          .then(() => this.isLive = true, undefinedIfRefused),
        this.#control.addEventListener("reconnected", () => this.#reconnected(), listen),
      ]);
      await Promise.all([subscribed, this.refreshAll({ signal })]);
    } catch (error) {
      this.#stop.abort();
      throw error;
    }
  }

  /** Asks Tor again for everything. */
  async refreshAll({ signal }: AbortOptions = {}): Promise<void> {
    await Promise.all([this.refreshOnionServices({ signal }), this.#readAll({ signal })]);
  }

  /** Asks Tor again for some options. */
  async refresh(options: readonly LiveOption[], { signal }: AbortOptions): Promise<void> {
    await this.#read(this.#options.related(options), { signal });
  }

  /** Asks Tor which services it holds (GETINFO onions/current and onions/detached). */
  async refreshOnionServices({ signal }: AbortOptions): Promise<void> {
    const [current, detached] = await Promise.all(
      ["onions/current", "onions/detached"].map((key) =>
        this.#control.getInfo(key, { signal }).catch(noneIfUnavailable)
      ),
    );
    this.ephemeralOnionServices = addresses(current);
    this.detachedOnionServices = addresses(detached);
  }

  /** Saves every change, after the save that is under way. */
  async save({ signal }: AbortOptions): Promise<void> {
    const before = this.#saving;
    const save = before.catch(() => {}).then(() => this.#save({ signal }));
    this.#saving = save.catch(() => {});
    await save;
  }

  /** Calls `listener` when Tor's value of the option changes. */
  addListener(option: LiveOption, listener: OptionListener): void {
    const listeners = this.#listeners.get(option) ?? [];
    if (!listeners.includes(listener)) this.#listeners.set(option, [...listeners, listener]);
  }

  /** Stops to call it. */
  removeListener(option: LiveOption, listener: OptionListener): void {
    const listeners = this.#listeners.get(option) ?? [];
    this.#listeners.set(option, listeners.filter((other) => other !== listener));
  }

  /** Whether it was stopped. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Follows Tor no longer. */
  stop(): void {
    this.isLive = false;
    this.#stop.abort();
  }

  async #save({ signal }: AbortOptions): Promise<void> {
    signal?.throwIfAborted();
    await this.#control.whenConnected({ signal });
    await this.#resync;
    const changes = new Map(
      this.#options.all.flatMap((option) =>
        option.change ? [[option, option.change] as const] : []
      ),
    );
    if (changes.size === 0) return;
    const commands = saveCommands(this.#options, changes);
    const names = this.#options.related([...changes.keys()]);
    const since: (readonly ConfLine[])[] = [];
    this.#changesSince.add(since);
    try {
      for (const command of commands.slice(0, -1)) await this.#send(command, { signal });
      const [saved, told] = await Promise.allSettled([
        this.#send(commands.at(-1)!, { signal }),
        readOptions(this.#control, names, { signal }),
      ]);
      const lines = told.status === "fulfilled" ? told.value : undefined;
      if (saved.status === "fulfilled") {
        this.#take(lines ?? this.#assumed(changes), { since, saved: changes });
      } else {
        if (lines !== undefined) this.#take(lines, { since });
        throw saved.reason;
      }
    } catch (error) {
      if (!(error instanceof ControlReplyError)) throw error;
      for (const [option, change] of changes) option.refuse(change);
      throw new ConfigSaveError(error, [...changes.keys()].map(({ name }) => name));
    } finally {
      this.#changesSince.delete(since);
    }
  }

  async #send(
    { keyword, args }: ReturnType<typeof saveCommands>[number],
    options: AbortOptions,
  ): Promise<void> {
    if (keyword === "SETCONF") await this.#control.setConf(args, options);
    else await this.#control.resetConf(args, options);
  }

  /** What Tor has after a save, where it does not let itself be asked. */
  #assumed(changes: ReadonlyMap<LiveOption, OptionChange>): ConfLine[] {
    return [...changes].flatMap(([{ name: key }, { lines }]): ConfLine[] => {
      const defaults = this.#options.defaultLines(key)?.map((text) => [key, text] as const);
      const known = lines ?? defaults ?? [];
      return known.length === 0
        ? [{ key, value: undefined }]
        : known.map(([key, value]) => ({ key, value }));
    });
  }

  async #read(names: readonly string[], { signal }: AbortOptions): Promise<void> {
    const since: (readonly ConfLine[])[] = [];
    this.#changesSince.add(since);
    try {
      this.#take(await readOptions(this.#control, names, { signal }), { since });
    } finally {
      this.#changesSince.delete(since);
    }
  }

  async #readAll({ signal }: AbortOptions): Promise<void> {
    const { types, defaults } = await readDefinition(this.#control, { signal });
    this.#options.define(types, defaults);
    try {
      await this.#read(this.#options.askedNames, { signal });
    } catch (error) {
      // One that Tor lists and does not give costs only itself; a filter costs them all.
      undefinedIfRefused(error);
      const refused = new Set(
        (error as ControlReplyError).lines.flatMap((line) =>
          /"([^"]+)"/.exec(line)?.[1]?.toLowerCase() ?? []
        ),
      );
      const rest = this.#options.askedNames.filter((name) => !refused.has(name.toLowerCase()));
      if (refused.size > 0) await this.#read(rest, { signal }).catch(undefinedIfRefused);
    }
  }

  /** Takes over what was read, and what was told to have changed while it was under way. */
  #take(
    lines: readonly ConfLine[],
    { since, saved }: {
      since: readonly (readonly ConfLine[])[];
      saved?: ReadonlyMap<LiveOption, OptionChange> | undefined;
    },
  ): void {
    const now = since.reduce((known, event) => this.#options.overlay(known, event), lines);
    this.#tell(this.#options.update(now, saved));
  }

  #changed(told: readonly ConfLine[]): void {
    const changes = told.filter(({ key }) => !isMixedUp(key));
    for (const since of this.#changesSince) since.push(changes);
    this.#tell(this.#options.update(changes));
    if (changes.length === told.length) return;
    const names = this.#options.askedNames.filter(isMixedUp);
    this.#read(names, { signal: this.#stop.signal }).catch((error) => this.#readFailed(error));
  }

  #tell(updated: readonly UpdatedOption[]): void {
    for (const { option, previous } of updated) {
      const listeners = this.#listeners.get(option);
      if (listeners === undefined || previous === undefined) continue;
      for (const listener of listeners) {
        const event: OptionChangedEvent = { name: option.name, value: option.torValue!, previous };
        callSafely(listener, event, this.#onError);
      }
    }
  }

  /** It may be another Tor that answers now. */
  #reconnected(): void {
    this.#resync = this.refreshAll({ signal: this.#stop.signal })
      .catch((error) => this.#readFailed(error));
  }

  /** What a lost connection has stopped is read again when it is restored. */
  #readFailed(error: unknown): void {
    if (!this.#control.connected || this.isStopped) return;
    this.#onError(new TorError("Cannot read the configuration again", { cause: error }));
  }
}

/** Old Tors say that there are none by an error (551). */
function noneIfUnavailable(error: unknown): string | undefined {
  if (error instanceof ControlReplyError && error.code === 551) return "";
  return undefinedIfRefused(error);
}

function addresses(text: string | undefined): readonly string[] | undefined {
  return text === undefined
    ? undefined
    : Object.freeze(text.split("\n").filter((id) => id !== "").map((id) => `${id}.onion`));
}
