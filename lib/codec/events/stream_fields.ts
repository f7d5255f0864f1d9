import type { EventBase } from "./event.ts";
import { flat } from "./flat.ts";
import { parseHostPort } from "./host_port.ts";
import type { UnreadLine } from "./lazy_event.ts";
import { Leftovers } from "./leftovers.ts";
import type {
  ClientProtocol,
  IsoField,
  StreamPurpose,
  StreamReason,
  StreamSource,
} from "./stream_words.ts";
import { parseList } from "./word_list.ts";
import { WordScanner } from "./word_scanner.ts";

/** What `STREAM` events tell of a stream besides its status (control-spec, section 4.1.2). */
export interface StreamFields extends EventBase {
  /** What the stream connects to or resolves, as Tor wrote it, such as `example.com:80`. */
  readonly target: string;
  /**
   * The target's address, an IPv6 address without its brackets; `(Tor_internal)` for streams of
   * Tor to itself.
   */
  readonly targetAddress: string;
  /** The target's port; `undefined` where Tor gave none. */
  readonly targetPort: number | undefined;
  /** Why the stream failed, was closed or detached. */
  readonly reason: StreamReason | undefined;
  /** Why the other end closed it, where {@linkcode StreamFields.reason} is `END`. */
  readonly remoteReason: StreamReason | undefined;
  /** Where the new address of a `REMAP` came from. */
  readonly source: StreamSource | undefined;
  /** The address of the client that asked for the stream, an IPv6 address without its brackets. */
  readonly sourceAddress: string | undefined;
  /** The port of the client that asked for the stream. */
  readonly sourcePort: number | undefined;
  /** What the stream is for. */
  readonly purpose: StreamPurpose | undefined;
  /** The user name of the SOCKS client. */
  readonly socksUsername: string | undefined;
  /** The password of the SOCKS client. */
  readonly socksPassword: string | undefined;
  /** How the client asked for the stream. */
  readonly clientProtocol: ClientProtocol | undefined;
  /** How often Tor had been told `NEWNYM` when the client asked. */
  readonly nymEpoch: number | undefined;
  /** The session group of the client's listener; negative unless it was configured. */
  readonly sessionGroup: number | undefined;
  /** What keeps the stream apart from others; empty where nothing does. */
  readonly isoFields: readonly IsoField[] | undefined;
}

/** Parses what follows the circuit in a `STREAM` event; the line begins with the target. */
export function parseStreamFields(line: UnreadLine): StreamFields {
  const text = flat(line.text);
  const space = text.indexOf(" ", line.start);
  const targetEnd = space < 0 ? text.length : space;
  const target = text.slice(line.start, targetEnd);
  const hostPort = parseHostPort(target);
  let reason: StreamReason | undefined;
  let remoteReason: StreamReason | undefined;
  let source: StreamSource | undefined;
  let sourceAddress: string | undefined;
  let sourcePort: number | undefined;
  let purpose: StreamPurpose | undefined;
  let socksUsername: string | undefined;
  let socksPassword: string | undefined;
  let clientProtocol: ClientProtocol | undefined;
  let nymEpoch: number | undefined;
  let sessionGroup: number | undefined;
  let isoFields: readonly IsoField[] | undefined;
  const left = new Leftovers();
  const words = new WordScanner(text, targetEnd);
  while (words.next()) {
    let known = true;
    switch (words.keyword) {
      // In the order of how often they come: engines compare one after the other.
      case "CLIENT_PROTOCOL":
        clientProtocol = words.value();
        break;
      case "NYM_EPOCH":
        nymEpoch = words.count();
        known = nymEpoch !== undefined;
        break;
      case "SESSION_GROUP":
        sessionGroup = words.integer();
        known = sessionGroup !== undefined;
        break;
      case "ISO_FIELDS":
        isoFields = parseList(words.value());
        break;
      case "SOCKS_USERNAME":
        socksUsername = words.value();
        break;
      case "SOCKS_PASSWORD":
        socksPassword = words.value();
        break;
      case "PURPOSE":
        purpose = words.value();
        break;
      case "REASON":
        reason = words.value();
        break;
      case "REMOTE_REASON":
        remoteReason = words.value();
        break;
      case "SOURCE_ADDR": {
        const address = parseHostPort(words.value());
        sourceAddress = address?.address;
        sourcePort = address?.port;
        known = address !== undefined;
        break;
      }
      case "SOURCE":
        source = words.value();
        break;
      default:
        known = false;
    }
    if (!known) left.add(words);
  }
  left.addLines(line);
  return {
    target,
    targetAddress: hostPort === undefined ? target : hostPort.address,
    targetPort: hostPort?.port,
    reason,
    remoteReason,
    source,
    sourceAddress,
    sourcePort,
    purpose,
    socksUsername,
    socksPassword,
    clientProtocol,
    nymEpoch,
    sessionGroup,
    isoFields,
    extra: left.extra,
    extraArguments: left.extraArguments,
  };
}
