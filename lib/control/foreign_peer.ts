import { decodeText } from "../codec/text.ts";
import { ProtocolError } from "../errors/mod.ts";
import { encodeHex } from "../util/hex.ts";

/**
 * What speaks on a port that was taken for a control port, told from the first bytes that it sent
 * before anything of the control protocol: an error that names it, or `undefined` where they tell
 * nothing.
 */
export function describeForeignPeer(bytes: Uint8Array): ProtocolError | undefined {
  if (bytes.length === 0) return undefined;
  const text = decodeText(bytes.subarray(0, 200));
  if (/^HTTP\/1\.[01] 501 Tor is not an HTTP Proxy/i.test(text)) {
    return new ProtocolError("This is Tor's SOCKS port, not its control port");
  }
  if (text.startsWith("HTTP/")) {
    return new ProtocolError(`An HTTP server answers here, not Tor's control port: ${text.trim()}`);
  }
  if (text.startsWith("SSH-")) {
    return new ProtocolError("An SSH server answers here, not Tor's control port");
  }
  // SOCKS5 replies begin with 05, SOCKS4 replies with 00.
  if (bytes[0] === 5 || bytes[0] === 0) {
    const shown = encodeHex(bytes.subarray(0, 8));
    return new ProtocolError(`A SOCKS port answers here (${shown}), not Tor's control port`);
  }
  return undefined;
}
