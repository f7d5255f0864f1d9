import { decodeText } from "../codec/text.ts";
import { encodeHex } from "../util/hex.ts";

/**
 * What speaks on a port that was taken for a SOCKS5 port, told from the first bytes that it sent,
 * however few came: a clause such as `"an HTTP server answers here"`.
 */
export function describeSocksPeer(bytes: Uint8Array): string {
  const text = decodeText(bytes.subarray(0, 64));
  if (begins(text, "HTTP/")) return "an HTTP server answers here, not a SOCKS port";
  if (begins(text, "SSH-")) return "an SSH server answers here, not a SOCKS port";
  if (/^(?:250|5\d\d|65\d)[ +-]/.test(text)) {
    return "a control port answers here, not a SOCKS port";
  }
  if (bytes[0] === 0 || bytes[0] === 4) {
    return `a SOCKS4 port answers here, not SOCKS5: ${shown(bytes)}`;
  }
  if (bytes[0] === 0x15 || bytes[0] === 0x16) {
    return `a TLS server answers here, not a SOCKS port: ${shown(bytes)}`;
  }
  return `what answers here is not SOCKS5: ${shown(bytes)}`;
}

/** Whether a text, of which perhaps not all has come, begins with a word. */
function begins(text: string, word: string): boolean {
  return text.length < word.length ? word.startsWith(text) : text.startsWith(word);
}

/** The first bytes as text where they are printable, else in hexadecimal digits. */
function shown(bytes: Uint8Array): string {
  const first = bytes.subarray(0, 16);
  const text = decodeText(first).trimEnd();
  return /^[\x20-\x7e]+$/.test(text) ? JSON.stringify(text) : encodeHex(first);
}
