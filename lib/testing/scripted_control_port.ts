import { TorError } from "../errors/mod.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { AbortOptions, Address, Listener, Runtime } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import { checkLimit } from "../util/check_number.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { type CommandMatcher, describeMatcher, matchesCommand } from "./command_matcher.ts";
import type { ControlCommand } from "./command_reader.ts";
import { TOR_EVENT_NAMES } from "./event_names.ts";
import { type Expectation, joinLines, ScriptStep } from "./expectation.ts";
import {
  ScriptedAuthentication,
  type ScriptedAuthenticationOptions,
} from "./scripted_authentication.ts";
import { type ScriptedConnection, ScriptedPeer } from "./scripted_peer.ts";
import { ScriptError } from "./script_error.ts";

/** How a {@linkcode ScriptedControlPort} is started. */
export interface ScriptedControlPortOptions {
  /** Where to listen; default `"127.0.0.1:0"`, any free port. */
  address?: Address | undefined;
  /** How controllers are let in; default by NULL, without a secret. */
  authentication?: ScriptedAuthenticationOptions | undefined;
  /** The version of Tor that is told; default `"0.4.9.11"`. */
  torVersion?: string | undefined;
  /** Cut everything that is sent into pieces of so many bytes; default no limit. */
  chunkSize?: number | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

interface Wait extends Deferred<ControlCommand> {
  readonly matcher: CommandMatcher;
}

/**
 * A control port that follows a script, to test programs with that talk to Tor, without Tor.
 *
 * Say with {@linkcode expect} which commands must come, in order, and what is answered; and with
 * {@linkcode always} what may come at any time. PROTOCOLINFO, AUTHCHALLENGE, AUTHENTICATE, QUIT,
 * `GETINFO version` and `GETINFO events/names` are answered without being asked for, unless the
 * script does. Any other command gets `510`, and makes {@linkcode assertDone} and the disposal fail,
 * and so does an expected command that has not come.
 *
 * @example Test a program that asks for its address
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO address").reply("250-address=192.0.2.1", "250 OK");
 * port.expect(/^SIGNAL /).replyWith((command) => `552 Unrecognized signal "${command.args}"`);
 *
 * await using tor = await connect({ control: port.address });
 * assert.equal(await tor.control.getInfo("address"), "192.0.2.1");
 * await assert.rejects(tor.control.signal("NEWNYM"), { code: 552 });
 * port.assertDone();
 * ```
 *
 * @example Send an event, cut at every byte
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start({ chunkSize: 1 });
 * port.always(/^SETEVENTS/).reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const events = tor.control.events("BW");
 * await port.waitFor("SETEVENTS BW");
 * await port.send("650 BW 1200 340\r\n");
 * const { value } = await events.next();
 * assert.equal(value.read, 1200);
 * ```
 */
export class ScriptedControlPort implements AsyncDisposable {
  /** Where it listens, such as `"127.0.0.1:40123"` or `"unix:/tmp/control"`. */
  readonly address: string;
  /** The cookie that COOKIE and SAFECOOKIE ask for. */
  readonly cookie: Uint8Array;
  readonly #received: ControlCommand[] = [];
  readonly #unexpected: ControlCommand[] = [];
  readonly #failures: unknown[] = [];
  readonly #script: ScriptStep[] = [];
  readonly #standing: ScriptStep[] = [];
  readonly #waits = new Set<Wait>();
  readonly #peers = new Set<ScriptedPeer>();
  readonly #authentication = new WeakMap<ScriptedPeer, ScriptedAuthentication>();
  readonly #listener: Listener;
  readonly #cleanUp: () => Promise<void>;
  #arrival: Deferred<ScriptedConnection> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(listener: Listener, setup: Setup) {
    this.#listener = listener;
    this.#cleanUp = setup.cleanUp;
    this.address = formatAddress(listener.address);
    this.cookie = setup.authentication.cookie;
    this.#builtIn("GETINFO version", `250-version=${setup.torVersion}`);
    this.#builtIn("GETINFO events/names", `250-events/names=${TOR_EVENT_NAMES.join(" ")}`);
    void this.#accept(setup);
  }

  /**
   * Starts to listen.
   *
   * @param options Where to listen, and how controllers are let in; every option has a default.
   * @returns The port, which checks its script when it is disposed.
   * @throws {AddressInUseError} Where something listens at the address already.
   * @throws {RangeError} Where the chunk size is not a positive whole number.
   */
  static async start(options: ScriptedControlPortOptions = {}): Promise<ScriptedControlPort> {
    const { address = "127.0.0.1:0", chunkSize = Infinity } = options;
    checkLimit("chunkSize", chunkSize);
    const runtime = options.runtime ?? await detectRuntime();
    const setup = await setUp(runtime, { ...options, chunkSize });
    try {
      return new ScriptedControlPort(await runtime.listen(parseAddress(address)), setup);
    } catch (error) {
      await setup.cleanUp();
      throw error;
    }
  }

  /** Every command that came, on any connection, in order. */
  get received(): readonly ControlCommand[] {
    return this.#received;
  }

  /** The connections that are open, oldest first. */
  get connections(): readonly ScriptedConnection[] {
    return [...this.#peers];
  }

  /**
   * Expects a command after those that are expected already. It is told to do something by the
   * methods of what is returned; without any the command gets no reply.
   *
   * @param matcher The whole line, a pattern that the line fits, or a test of its own.
   * @returns To what the answer is chained.
   *
   * @example Answer by what is asked
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^MAPADDRESS/).replyWith(({ args }) => `250 ${args}`);
   * await using tor = await connect({ control: port.address });
   *
   * const [mapping] = await tor.control.mapAddress({ "www.example": "192.0.2.7" });
   * assert.equal(mapping?.replacement, "192.0.2.7");
   * ```
   */
  expect(matcher: CommandMatcher): Expectation {
    const step = new ScriptStep(matcher);
    this.#script.push(step);
    return step;
  }

  /**
   * Says what is done whenever a command comes that is not the next one expected. Of two that fit
   * the one that was added later counts.
   *
   * @param matcher The whole line, a pattern that the line fits, or a test of its own.
   * @returns To what the answer is chained.
   */
  always(matcher: CommandMatcher): Expectation {
    const step = new ScriptStep(matcher, { standing: true });
    this.#standing.unshift(step);
    return step;
  }

  /**
   * Resolves with the first command, from the beginning on, that fits: at once, or when it comes. It
   * may not have been answered then.
   *
   * @param matcher The whole line, a pattern that the line fits, or a test of its own.
   * @param options A `signal` to give up with.
   * @returns The command.
   * @throws {DisconnectedError} Where the port is closed before it comes.
   */
  waitFor(matcher: CommandMatcher, { signal }: AbortOptions = {}): Promise<ControlCommand> {
    const past = this.#received.find((command) => matchesCommand(matcher, command));
    if (past !== undefined) return Promise.resolve(past);
    const wait: Wait = { matcher, ...deferred<ControlCommand>() };
    this.#waits.add(wait);
    return abortable(wait.promise, signal).finally(() => this.#waits.delete(wait));
  }

  /**
   * Resolves with the newest connection that is open: at once, or when a controller connects.
   *
   * @param options A `signal` to give up with.
   * @returns The connection.
   * @throws {TorError} Where the port is closed before one connects.
   */
  whenConnected({ signal }: AbortOptions = {}): Promise<ScriptedConnection> {
    const newest = [...this.#peers].at(-1);
    if (newest !== undefined) return Promise.resolve(newest);
    this.#arrival ??= deferred();
    return abortable(this.#arrival.promise, signal);
  }

  /**
   * Sends text as it is, on the newest connection: events with their line endings, such as
   * `"650 BW 1 2\r\n"`, or garbage.
   *
   * @param text What is sent; nothing is added to it.
   * @throws {TorError} Where no controller is connected.
   */
  async send(text: string): Promise<void> {
    const peer = [...this.#peers].at(-1);
    if (peer === undefined) throw new TorError("Cannot send: no controller is connected");
    await peer.send(text);
  }

  /** Closes the connections that are open; controllers may connect again. */
  async closeConnections(): Promise<void> {
    await Promise.all([...this.#peers].map((peer) => peer.close()));
  }

  /**
   * Checks that every expected command has come, and nothing else.
   *
   * @throws {ScriptError} Where that is not so; it tells what is amiss.
   */
  assertDone(): void {
    const unmet = this.#script.map((step) => describeMatcher(step.matcher));
    if (unmet.length + this.#unexpected.length + this.#failures.length > 0) {
      throw new ScriptError({ unexpected: this.#unexpected, unmet, failures: this.#failures });
    }
  }

  /** Closes the port and its connections, and does not check the script. Harmless when repeated. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the port and checks the script, as {@linkcode assertDone} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.assertDone();
  }

  async #close(): Promise<void> {
    await this.#listener.close();
    await this.closeConnections();
    for (const step of this.#script) step.giveUp();
    for (const { matcher, reject } of this.#waits) {
      const what = describeMatcher(matcher);
      reject(new TorError(`Waited for ${what}, which did not come before the port was closed`));
    }
    this.#arrival?.reject(new TorError("The port was closed before a controller connected"));
    await this.#cleanUp();
  }

  #builtIn(line: string, answer: string): void {
    this.always(line).reply(answer, "250 OK");
  }

  async #accept({ authentication, torVersion, chunkSize }: Setup): Promise<void> {
    for await (const conn of this.#listener) {
      const peer = new ScriptedPeer(conn, {
        received: (command) => this.#note(command),
        handle: (peer, command) => this.#handle(peer, command),
        failed: (error) => this.#failures.push(error),
        closed: (peer) => this.#peers.delete(peer),
      }, chunkSize);
      this.#authentication.set(peer, new ScriptedAuthentication(authentication, torVersion));
      this.#peers.add(peer);
      this.#arrival?.resolve(peer);
      this.#arrival = undefined;
    }
  }

  #note(command: ControlCommand): void {
    this.#received.push(command);
    for (const wait of this.#waits) {
      if (matchesCommand(wait.matcher, command)) wait.resolve(command);
    }
  }

  async #handle(peer: ScriptedPeer, command: ControlCommand): Promise<void> {
    const step = this.#next(peer, command);
    if (step !== undefined) {
      peer.authenticated ||= command.keyword === "AUTHENTICATE";
      return await step.meet(peer, command);
    }
    const answer = await this.#authentication.get(peer)?.answer(command);
    if (answer !== undefined) {
      peer.authenticated ||= answer.authenticated ?? false;
      await peer.send(joinLines(answer.lines));
      if (answer.close) await peer.close();
    } else if (peer.authenticated) {
      this.#unexpected.push(command);
      await peer.send(`510 Unrecognized command "${command.keyword}"\r\n`);
    } else {
      this.#unexpected.push(command);
      await peer.send("514 Authentication required.\r\n");
      await peer.close();
    }
  }

  /** The part of the script that a command belongs to. */
  #next(peer: ScriptedPeer, command: ControlCommand): ScriptStep | undefined {
    const isEntry = /^(?:PROTOCOLINFO|AUTHCHALLENGE|AUTHENTICATE|QUIT)$/.test(command.keyword);
    if (!peer.authenticated && !isEntry) return undefined;
    const [first] = this.#script;
    if (first !== undefined && matchesCommand(first.matcher, command)) {
      this.#script.shift();
      return first;
    }
    return this.#standing.find((step) => matchesCommand(step.matcher, command));
  }
}

interface Setup {
  readonly authentication: ScriptedAuthenticationOptions & { readonly cookie: Uint8Array };
  readonly torVersion: string;
  readonly chunkSize: number;
  readonly cleanUp: () => Promise<void>;
}

/** Makes the cookie, and its file where one is needed. */
async function setUp(
  runtime: Runtime,
  options: ScriptedControlPortOptions & { readonly chunkSize: number },
): Promise<Setup> {
  const { authentication = {}, torVersion = "0.4.9.11", chunkSize } = options;
  const cookie = authentication.cookie ?? crypto.getRandomValues(new Uint8Array(32));
  const methods = authentication.methods ?? [];
  const needsFile = authentication.cookieFile === undefined &&
    (methods.includes("COOKIE") || methods.includes("SAFECOOKIE"));
  const setup = { torVersion, chunkSize, authentication: { ...authentication, cookie } };
  if (!needsFile) return { ...setup, cleanUp: () => Promise.resolve() };
  const directory = await runtime.makeTempDirectory("torcon-cookie-");
  const cookieFile = `${directory}/control_auth_cookie`;
  const cleanUp = () => runtime.remove(directory, { recursive: true });
  try {
    await runtime.writeFile(cookieFile, cookie);
  } catch (error) {
    await cleanUp();
    throw error;
  }
  return { ...setup, authentication: { ...setup.authentication, cookieFile }, cleanUp };
}
