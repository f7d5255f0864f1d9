import type { AbortOptions } from "../../runtime/types.ts";
import { encodeText } from "../../codec/text.ts";
import { TorError } from "../../errors/mod.ts";
import { encodeHex } from "../../util/hex.ts";
import { type AuthChallenge, parseAuthChallenge } from "../auth/auth_challenge.ts";
import { parseProtocolInfo, type ProtocolInfo } from "../auth/protocol_info.ts";
import { CommandBase, type ReplyOptions } from "./command_base.ts";

/**
 * The signals of control-spec, section 3.7, by their names there. `HUP` is `RELOAD` by another name,
 * and so are `INT` and `SHUTDOWN`, `USR1` and `DUMP`, `USR2` and `DEBUG`, `TERM` and `HALT`.
 */
export type SignalName =
  | "RELOAD"
  | "HUP"
  | "SHUTDOWN"
  | "INT"
  | "DUMP"
  | "USR1"
  | "DEBUG"
  | "USR2"
  | "HALT"
  | "TERM"
  | "NEWNYM"
  | "CLEARDNSCACHE"
  | "HEARTBEAT"
  | "ACTIVE"
  | "DORMANT";

/**
 * The commands that concern the session itself, and what Tor can tell. A `ControlConnection` has
 * them as its methods.
 *
 * @example Ask a Tor for its version
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO version").reply("250-version=0.4.9.11", "250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * assert.equal(await tor.control.getInfo("version"), "0.4.9.11");
 * ```
 */
export abstract class SessionCommands extends CommandBase {
  /**
   * Asks which protocol and which authentication methods Tor speaks (PROTOCOLINFO, control-spec,
   * section 3.21). Tor answers it at any time, though before authentication once only.
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @returns What Tor told; what it left out is `undefined`.
   * @throws {UnrecognizedCommandError} Where a filter in front of Tor refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example See how a Tor lets controllers in
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   *
   * const { methods, torVersion } = await tor.control.protocolInfo();
   * assert.deepEqual(methods, ["NULL"]);
   * assert.equal(torVersion, "0.4.9.11");
   * ```
   */
  async protocolInfo({ signal }: AbortOptions = {}): Promise<ProtocolInfo> {
    return parseProtocolInfo(await this.request("PROTOCOLINFO", { args: ["1"], signal }));
  }

  /**
   * Asks the server to prove that it knows the cookie (AUTHCHALLENGE, control-spec, section 3.24).
   * `ControlConnection.connect` does so by itself, and checks the proof.
   *
   * @param clientNonce Bytes that were never used before; at least one, usually 32.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns The server's proof and its nonce.
   * @throws {TypeError} Where the nonce is empty.
   * @throws {BadAuthenticationError} Where cookie authentication is off.
   * @throws {TorError} Where the answer has no hash and nonce of 32 bytes each.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Ask for a proof
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const [hash, nonce] = ["A0".repeat(32), "B1".repeat(32)];
   * port.expect(/^AUTHCHALLENGE SAFECOOKIE /)
   *   .reply(`250 AUTHCHALLENGE SERVERHASH=${hash} SERVERNONCE=${nonce}`);
   * await using tor = await connect({ control: port.address });
   *
   * const clientNonce = crypto.getRandomValues(new Uint8Array(32));
   * const challenge = await tor.control.authChallenge(clientNonce);
   * assert.deepEqual(challenge.serverHash, new Uint8Array(32).fill(0xa0));
   * ```
   */
  async authChallenge(
    clientNonce: Uint8Array,
    { signal }: AbortOptions = {},
  ): Promise<AuthChallenge> {
    const args = ["SAFECOOKIE", encodeHex(clientNonce)];
    return parseAuthChallenge(await this.request("AUTHCHALLENGE", { args, signal }));
  }

  /**
   * Authenticates (AUTHENTICATE, control-spec, section 3.5). `ControlConnection.connect` does so by
   * itself; Tor accepts it again at any time.
   *
   * @param secret A password as text, or a cookie or hash as bytes; default empty, for NULL. It is
   * shown in no error.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {BadAuthenticationError} Where it is wrong; Tor closes the connection then.
   * @throws {TypeError} Where a password has a lone surrogate.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Try a password, and see that no error shows it
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("AUTHENTICATE 6E6F706521").reply("515 Authentication failed");
   * await using tor = await connect({ control: port.address });
   *
   * await assert.rejects(tor.control.authenticate("nope!"), {
   *   name: "BadAuthenticationError",
   *   message: "Tor refused AUTHENTICATE [secret]: 515 Authentication failed",
   * });
   * ```
   */
  async authenticate(
    secret: string | Uint8Array = "",
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const bytes = typeof secret === "string" ? encodeText(secret) : secret;
    const args = bytes.length === 0 ? [] : [{ secretWord: encodeHex(bytes) }];
    await this.request("AUTHENTICATE", { args, signal });
  }

  /**
   * Reads what Tor can tell (GETINFO, control-spec, section 3.9). `ControlConnection.getInfoLines`
   * reads a value of megabytes line by line.
   *
   * @param key One key, such as `"version"`, in exactly Tor's spelling.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns Its value as text; lines are separated by `"\n"`.
   * @throws {UnrecognizedEntityError} Where Tor does not know the key, or has no such entry.
   * @throws {InternalTorError} Where Tor has no value for it now.
   * @throws {TorError} Where the reply is not one to this key.
   * @throws {TypeError} Where the key is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply; its `cause` is a
   * `LimitExceededError` where the value is longer than the option `replyLimit` allows.
   *
   * @example Read a value of one line, and one of several
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO process/pid").reply("250-process/pid=812", "250 OK");
   * port.expect("GETINFO orconn-status")
   *   .reply("250+orconn-status=", "$AAAA CONNECTED", "$BBBB LAUNCHED", ".", "250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * assert.equal(await tor.control.getInfo("process/pid"), "812");
   * const connections = (await tor.control.getInfo("orconn-status")).split("\n");
   * assert.deepEqual(connections, ["$AAAA CONNECTED", "$BBBB LAUNCHED"]);
   * ```
   */
  getInfo(key: string, options?: ReplyOptions): Promise<string>;
  /**
   * Reads several keys in one command, all of them or none. It fails as {@linkcode getInfo} of one
   * key does where any of them does.
   *
   * @param keys The keys; of none nothing is sent.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns The values by key, in the order asked for.
   *
   * @example Read two keys at once
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO dormant uptime").reply("250-dormant=0", "250-uptime=60", "250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const values = await tor.control.getInfo(["dormant", "uptime"]);
   * assert.equal(values.get("uptime"), "60");
   * ```
   */
  getInfo(keys: readonly string[], options?: ReplyOptions): Promise<Map<string, string>>;
  async getInfo(
    keys: string | readonly string[],
    options: ReplyOptions = {},
  ): Promise<string | Map<string, string>> {
    const args = typeof keys === "string" ? [keys] : keys;
    const values = new Map<string, string>();
    if (args.length === 0) return values;
    const { lines } = await this.request("GETINFO", { args, ...options });
    for (const [i, key] of args.entries()) {
      const line = lines[i];
      // Tor repeats the key as it was asked for, in the order asked for.
      if (!line?.text.startsWith(`${key}=`)) {
        throw new TorError(`Cannot read GETINFO ${key}: Tor answered ${line?.text ?? "nothing"}`);
      }
      values.set(key, line.data ?? line.text.slice(key.length + 1));
    }
    return typeof keys === "string" ? values.get(keys)! : values;
  }

  /**
   * Sends a signal (SIGNAL, control-spec, section 3.7). Tor answers at once; NEWNYM is acted on at
   * most every ten seconds. SHUTDOWN and HALT end Tor, and with it this connection.
   *
   * @param name The signal, such as `"NEWNYM"`.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedEntityError} Where Tor does not know the signal.
   * @throws {DisconnectedError} Where the connection is lost before the reply, as it may be when the
   * signal ends Tor.
   *
   * @example Use new circuits from now on
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SIGNAL NEWNYM").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.signal("NEWNYM");
   * assert.equal(port.received.at(-1)?.line, "SIGNAL NEWNYM");
   * ```
   */
  async signal(name: SignalName, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("SIGNAL", { args: [name], signal });
  }

  /**
   * Turns on features (USEFEATURE, control-spec, section 3.19). The two that there are,
   * `EXTENDED_EVENTS` and `VERBOSE_NAMES`, have been on always since Tor 0.2.2.
   *
   * @param features One feature, or several; upper and lower case are the same.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedEntityError} Where Tor does not know a feature.
   * @throws {TypeError} Where a name is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Ask for a feature that Tor may not have
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("USEFEATURE TELEPATHY").reply('552 Unrecognized feature "TELEPATHY"');
   * await using tor = await connect({ control: port.address });
   *
   * await assert.rejects(tor.control.useFeature("TELEPATHY"), { code: 552 });
   * ```
   */
  async useFeature(
    features: string | readonly string[],
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const args = typeof features === "string" ? [features] : features;
    await this.request("USEFEATURE", { args, signal });
  }

  /**
   * Makes Tor end when this connection does (TAKEOWNERSHIP, control-spec, section 3.23).
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedCommandError} Where a filter in front of Tor refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Let Tor not outlive its controller
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("TAKEOWNERSHIP").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.takeOwnership();
   * assert.equal(port.received.at(-1)?.line, "TAKEOWNERSHIP");
   * ```
   */
  async takeOwnership({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("TAKEOWNERSHIP", { signal });
  }

  /**
   * Lets Tor live on when this connection ends, as it does by default (DROPOWNERSHIP, control-spec,
   * section 3.33).
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedCommandError} Where Tor is older than 0.4.0, or a filter refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Leave a Tor running that was owned
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("DROPOWNERSHIP").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.dropOwnership();
   * assert.equal(port.received.at(-1)?.line, "DROPOWNERSHIP");
   * ```
   */
  async dropOwnership({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPOWNERSHIP", { signal });
  }

  /**
   * Takes leave (QUIT, control-spec, section 3.18): Tor answers and closes the connection.
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Take leave of a Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.quit();
   * assert.equal(tor.control.connected, false);
   * ```
   */
  async quit({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("QUIT", { signal });
  }
}
