import type { ReplyLine } from "../../codec/message.ts";
import type { ControlConnection, ControlEventType } from "../../control/connection.ts";
import type { SignalName } from "../../control/commands/session_commands.ts";
import type { ControlEvent } from "../../control/connection_events.ts";
import { ControlReplyError, DisconnectedError } from "../../errors/mod.ts";
import { abortable } from "../../util/abort.ts";
import { type Deferred, deferred } from "../../util/deferred.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { explain } from "../explain.ts";
import { eventTypes, formatEvent } from "../format_event.ts";
import { formatJson } from "../format_json.ts";
import { harmless } from "../harmless.ts";
import { promptName } from "./complete_line.ts";
import { describeCommandHelp, listCommands } from "./control_help.ts";
import { type ControlLine, describeControlLine, parseControlLine } from "./control_line.ts";

/** Where lines come from and go to. */
export interface ControlScreen {
  /** Prints lines of a result. */
  print(text: string): Promise<void>;
  /** Tells why a line could not be sent. */
  complain(text: string): Promise<void>;
  /** The next line, which a person types behind `mark`; `undefined` where there is none any more. */
  read(mark: string): Promise<string | undefined>;
}

/** What a line is typed behind, and a line of data. */
const [MARK, DATA_MARK] = ["torcon> ", "+ "];

/** The most events that may wait to be printed. */
const EVENT_LIMIT = 65_536;

/** The signals that end Tor. */
const ENDS: readonly string[] = ["HALT", "TERM", "SHUTDOWN", "INT"] satisfies SignalName[];

/** Runs the lines that are typed for one control port, one after the other. */
export class ControlSession {
  readonly #control: ControlConnection;
  readonly #cli: Cli;
  readonly #screen: ControlScreen;
  /** Rejects where an event cannot be printed. */
  readonly #failed: Deferred<never> = deferred();
  readonly #end: Promise<undefined>;
  #types: readonly ControlEventType[] = [];
  #unprinted = 0;
  #run = 0;
  #refused = 0;

  /** Sends nothing yet. */
  constructor(control: ControlConnection, { cli, screen }: { cli: Cli; screen: ControlScreen }) {
    this.#control = control;
    this.#cli = cli;
    this.#screen = screen;
    this.#end = Promise.race([this.#failed.promise, control.closed.then(() => undefined)]);
    this.#end.catch(() => {}); // who waits for a line hears of it
  }

  /** What to tell where lines were refused; `undefined` where none was. */
  get failure(): CommandError | undefined {
    if (this.#refused === 0) return undefined;
    const which = this.#run === 1
      ? "The command was"
      : `${this.#refused} of ${this.#run} commands were`;
    return new CommandError(`${which} refused`, EXIT.FAILED);
  }

  /**
   * Runs all lines until their end.
   *
   * @throws {DisconnectedError} Where Tor has gone, also while a line is waited for.
   */
  async runAll(): Promise<void> {
    let line = await this.#read(MARK);
    while (line !== undefined && await this.run(line)) line = await this.#read(MARK);
  }

  #read(mark: string): Promise<string | undefined> {
    return abortable(Promise.race([this.#screen.read(mark), this.#end]), this.#cli.signal);
  }

  /**
   * Runs one line.
   *
   * @returns Whether there may be more.
   * @throws {DisconnectedError} Where Tor has gone.
   */
  async run(text: string): Promise<boolean> {
    const [first = "", ...words] = text.trim().split(/\s+/);
    if (first === "") return true;
    this.#run++;
    // What may be shown of it.
    let command = first;
    try {
      switch (promptName(first)) {
        case "/quit":
          return false;
        case "/help":
          await this.#help(words, command);
          return true;
        case "/events":
          await this.#listen(words, command);
          return true;
      }
      if (first.startsWith("/")) {
        throw new CommandError("There is no such command; /help lists them", EXIT.USAGE);
      }
      command = "";
      const line = parseControlLine(text);
      command = describeControlLine(line);
      return await this.#send(line, command);
    } catch (error) {
      await this.#tellRefusal(error, command);
      return true;
    }
  }

  async #help([word]: readonly string[], command: string): Promise<void> {
    const { isJson } = this.#cli;
    const style = isJson ? { strong: String, doubtful: String } : this.#cli.style;
    const help = word === undefined ? listCommands(style) : describeCommandHelp(word, style);
    const text = isJson ? formatJson({ command, ok: true, help }, 0) : help.join("\n");
    await this.#screen.print(text);
  }

  async #send(line: ControlLine, command: string): Promise<boolean> {
    const { keyword, args, hasData } = line;
    const { signal } = this.#cli;
    const data = hasData ? await this.#readData() : undefined;
    if (keyword === "SETEVENTS") {
      await this.#listen(command.split(" ").slice(1), command);
      return true;
    }
    if (keyword === "QUIT") {
      await this.#control.quit({ signal });
      await this.#show([{ code: 250, text: "closing connection", data: undefined }], command);
      return false;
    }
    const { lines } = await this.#control.request(keyword, { args, data, mixed: true, signal });
    if (lines.some(({ code }) => code >= 400)) this.#refused++;
    await this.#show(lines, command);
    // Tor has said that it ends: that the connection does is no failure.
    return !(keyword === "SIGNAL" && ENDS.includes(String(args[0]).toUpperCase()));
  }

  async #readData(): Promise<string> {
    let data = "";
    for (;;) {
      const line = await this.#read(DATA_MARK);
      if (line === undefined) {
        throw new CommandError(
          "Cannot send the data: no line with a dot alone ends it",
          EXIT.USAGE,
        );
      }
      if (line === ".") return data;
      data += `${line.replace(/^\./, "")}\n`;
    }
  }

  async #listen(words: readonly string[], command: string): Promise<void> {
    await abortable(this.#subscribe(words), this.#cli.signal);
    await this.#show([{ code: 250, text: "OK", data: undefined }], command);
  }

  /** SETEVENTS: these and no others. Where Tor refuses one, all stays as it was. */
  async #subscribe(words: readonly string[]): Promise<void> {
    const control = this.#control;
    const wanted = [...new Set(eventTypes(words).filter((type) => String(type) !== "EXTENDED"))];
    const added: ControlEventType[] = [];
    try {
      for (const type of wanted) {
        if (this.#types.includes(type)) continue;
        await control.addEventListener(type, this.#onEvent);
        added.push(type);
      }
    } catch (error) {
      for (const type of added) await control.removeEventListener(type, this.#onEvent);
      throw error;
    }
    for (const type of this.#types) {
      if (!wanted.includes(type)) await control.removeEventListener(type, this.#onEvent);
    }
    this.#types = wanted;
  }

  readonly #onEvent = (event: ControlEvent): void => {
    if (this.#unprinted >= EVENT_LIMIT) {
      const message = `Cannot keep more than ${EVENT_LIMIT} events that nobody reads`;
      return this.#failed.reject(new CommandError(message, EXIT.FAILED));
    }
    this.#unprinted++;
    this.#screen.print(formatEvent(event, { cli: this.#cli }))
      .then(() => this.#unprinted--, this.#failed.reject);
  };

  async #tellRefusal(error: unknown, command: string): Promise<void> {
    const { signal, isJson } = this.#cli;
    if (signal.aborted || error instanceof DisconnectedError) throw error;
    this.#refused++;
    if (error instanceof ControlReplyError) {
      const { lines, codes } = error;
      const reply = lines.map((text, i) => ({ code: codes[i]!, text, data: undefined }));
      return await this.#show(reply, command);
    }
    const isOurs = error instanceof CommandError || error instanceof TypeError ||
      error instanceof RangeError;
    if (!isOurs) throw error;
    const { message } = explain(error);
    if (isJson) await this.#screen.print(formatJson({ command, ok: false, error: message }, 0));
    else await this.#screen.complain(message);
  }

  /** A reply as Tor writes it. */
  async #show(lines: readonly ReplyLine[], command: string): Promise<void> {
    if (this.#cli.isJson) {
      const ok = lines.every(({ code }) => code < 400);
      return await this.#screen.print(formatJson({ command, ok, reply: lines }, 0));
    }
    const { style, stdio } = this.#cli;
    // In a pipe it is as Tor has given it.
    const shown = stdio.stdout.isTerminal ? harmless : String;
    const texts = lines.flatMap(({ code, text, data }, i) => {
      const mark = data !== undefined ? "+" : i < lines.length - 1 ? "-" : " ";
      const first = code < 400
        ? `${style.good(`${code}${mark}`)}${shown(text)}`
        : style.bad(`${code}${mark}${shown(text)}`);
      if (data === undefined) return [first];
      const body = data === ""
        ? []
        : data.split("\n").map((line) => shown(line.replace(/^\./, "..")));
      return [first, ...body, "."];
    });
    await this.#screen.print(texts.join("\n"));
  }
}
