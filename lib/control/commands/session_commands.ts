import type { AbortOptions } from "../../runtime/types.ts";
import { encodeText } from "../../codec/text.ts";
import { parseWords } from "../../codec/keywords.ts";
import { TorError } from "../../errors/mod.ts";
import { decodeHex, encodeHex } from "../../util/hex.ts";
import { parseProtocolInfo, type ProtocolInfo } from "../auth/protocol_info.ts";
import { CommandBase } from "./command_base.ts";

/** The signals of control-spec, section 3.7, by their names there. */
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

/** What Tor answered to AUTHCHALLENGE. */
export interface AuthChallenge {
  /** The proof that the server knows the cookie: 32 bytes. */
  readonly serverHash: Uint8Array;
  /** The server's nonce: 32 bytes. */
  readonly serverNonce: Uint8Array;
}

/** The commands that concern the session itself, and what Tor can tell. */
export abstract class SessionCommands extends CommandBase {
  /** Asks which protocol and which authentication Tor speaks (PROTOCOLINFO, control-spec, section 3.21). */
  async protocolInfo({ signal }: AbortOptions = {}): Promise<ProtocolInfo> {
    return parseProtocolInfo(await this.request("PROTOCOLINFO", { args: ["1"], signal }));
  }

  /**
   * Asks the server to prove that it knows the cookie (AUTHCHALLENGE, control-spec, section 3.24).
   * `ControlConnection.connect` does so by itself, and checks the proof.
   *
   * @param clientNonce Bytes that were never used before.
   * @throws {BadAuthenticationError} Where cookie authentication is off.
   */
  async authChallenge(
    clientNonce: Uint8Array,
    { signal }: AbortOptions = {},
  ): Promise<AuthChallenge> {
    const args = ["SAFECOOKIE", encodeHex(clientNonce)];
    const reply = await this.request("AUTHCHALLENGE", { args, signal });
    const { keywords } = parseWords(reply.lines[0]!.text);
    const [serverHash, serverNonce] = ["SERVERHASH", "SERVERNONCE"].map((key) =>
      decodeHex(keywords.get(key) ?? "")
    );
    return { serverHash: serverHash!, serverNonce: serverNonce! };
  }

  /**
   * Authenticates (AUTHENTICATE, control-spec, section 3.5). `ControlConnection.connect` does so by
   * itself; Tor accepts it again at any time.
   *
   * @param secret A password as text, or a cookie or hash as bytes; nothing for NULL.
   * @throws {BadAuthenticationError} Where it is wrong; Tor closes the connection then.
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
   * Reads what Tor can tell (GETINFO, control-spec, section 3.9).
   *
   * @param key One key, such as `"version"`.
   * @returns Its value; lines are separated by `"\n"`.
   * @throws {UnrecognizedEntityError} Where Tor does not know the key, or has no such entry.
   * @throws {InternalTorError} Where Tor has no value for it now.
   */
  getInfo(key: string, options?: AbortOptions): Promise<string>;
  /**
   * Reads several keys in one command, all of them or none.
   *
   * @param keys The keys.
   * @returns The values by key, in the order asked for.
   */
  getInfo(keys: readonly string[], options?: AbortOptions): Promise<Map<string, string>>;
  async getInfo(
    keys: string | readonly string[],
    { signal }: AbortOptions = {},
  ): Promise<string | Map<string, string>> {
    const args = typeof keys === "string" ? [keys] : keys;
    const values = new Map<string, string>();
    if (args.length === 0) return values;
    const { lines } = await this.request("GETINFO", { args, signal });
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
   * most every ten seconds.
   *
   * @param name The signal, such as `"NEWNYM"`.
   * @throws {UnrecognizedEntityError} Where Tor does not know the signal.
   */
  async signal(name: SignalName, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("SIGNAL", { args: [name], signal });
  }

  /**
   * Turns on features (USEFEATURE, control-spec, section 3.18). Those that there are have been on
   * always since Tor 0.2.2.
   *
   * @throws {UnrecognizedEntityError} Where Tor does not know a feature.
   */
  async useFeature(
    features: string | readonly string[],
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const args = typeof features === "string" ? [features] : features;
    await this.request("USEFEATURE", { args, signal });
  }

  /** Makes Tor end when this connection does (TAKEOWNERSHIP, control-spec, section 3.23). */
  async takeOwnership({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("TAKEOWNERSHIP", { signal });
  }

  /** Lets Tor live on when this connection ends (DROPOWNERSHIP, control-spec, section 3.23.1). */
  async dropOwnership({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPOWNERSHIP", { signal });
  }

  /** Takes leave (QUIT, control-spec, section 3.17): Tor answers and closes the connection. */
  async quit({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("QUIT", { signal });
  }
}
