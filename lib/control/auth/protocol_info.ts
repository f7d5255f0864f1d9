import { parseWords } from "../../codec/keywords.ts";
import type { Reply } from "../../codec/message.ts";

/** What Tor tells about itself before authentication (control-spec, section 3.21 PROTOCOLINFO). */
export interface ProtocolInfo {
  /** The version of the control protocol; 1 for every Tor there is. */
  readonly protocolVersion: number;
  /** The authentication methods on offer, by control-spec's names; unknown ones are kept. */
  readonly methods: readonly string[];
  /** The path of the authentication cookie's file; `undefined` where Tor does not tell. */
  readonly cookieFile: string | undefined;
  /** Tor's version, such as `"0.4.9.11"`; `undefined` where Tor does not tell. */
  readonly torVersion: string | undefined;
}

/**
 * Reads the reply to PROTOCOLINFO (control-spec, section 3.21); its lines may come in any order, and
 * unknown ones are ignored.
 *
 * @param reply Tor's reply.
 * @returns What it tells; every reply can be read.
 */
export function parseProtocolInfo(reply: Reply): ProtocolInfo {
  let protocolVersion = 1;
  let methods: string[] = [];
  let cookieFile: string | undefined;
  let torVersion: string | undefined;
  for (const { text } of reply.lines) {
    const { positional: [name, argument], keywords } = parseWords(text);
    if (name === "PROTOCOLINFO") protocolVersion = Number(argument ?? 1);
    if (name === "VERSION") torVersion = keywords.get("Tor");
    if (name === "AUTH") {
      methods = (keywords.get("METHODS") ?? "").split(",").filter((method) => method !== "");
      cookieFile = keywords.get("COOKIEFILE");
    }
  }
  return { protocolVersion, methods, cookieFile, torVersion };
}
