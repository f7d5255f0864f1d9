/** What became of a stream (control-spec, section 4.1.2: `StreamStatus`). */
export type StreamStatus =
  | "NEW"
  | "NEWRESOLVE"
  | "REMAP"
  | "SENTCONNECT"
  | "SENTRESOLVE"
  | "SUCCEEDED"
  | "FAILED"
  | "CLOSED"
  | "DETACHED"
  | "CONTROLLER_WAIT"
  | "XOFF_SENT"
  | "XOFF_RECV"
  | "XON_SENT"
  | "XON_RECV"
  | (string & Record<never, never>);

/** Why a stream was closed (control-spec, section 4.1.2: `Reason`, and what Tor 0.4.9 adds). */
export type StreamReason =
  | "MISC"
  | "RESOLVEFAILED"
  | "CONNECTREFUSED"
  | "EXITPOLICY"
  | "DESTROY"
  | "DONE"
  | "TIMEOUT"
  | "NOROUTE"
  | "HIBERNATING"
  | "INTERNAL"
  | "RESOURCELIMIT"
  | "CONNRESET"
  | "TORPROTOCOL"
  | "NOTDIRECTORY"
  | "END"
  | "PRIVATE_ADDR"
  | "CANT_ATTACH"
  | "NET_UNREACHABLE"
  | "SOCKS_PROTOCOL"
  | "HTTP_PROTOCOL"
  | (string & Record<never, never>);

/** Where a stream's new address came from (control-spec, section 4.1.2: `Source`). */
export type StreamSource = "CACHE" | "EXIT" | (string & Record<never, never>);

/** What a stream is for (control-spec, section 4.1.2: `Purpose`). */
export type StreamPurpose =
  | "DIR_FETCH"
  | "DIR_UPLOAD"
  | "DIRPORT_TEST"
  | "DNS_REQUEST"
  | "USER"
  | (string & Record<never, never>);

/** How a client asked for a stream (control-spec, section 4.1.2: `ClientProtocol`). */
export type ClientProtocol =
  | "SOCKS4"
  | "SOCKS5"
  | "TRANS"
  | "NATD"
  | "DNS"
  | "HTTPCONNECT"
  | "METRICS"
  | "UNKNOWN"
  | (string & Record<never, never>);

/** What keeps streams on circuits of their own (control-spec, section 4.1.2: `IsoField`). */
export type IsoField =
  | "CLIENTADDR"
  | "CLIENTPORT"
  | "DESTADDR"
  | "DESTPORT"
  | "SOCKS_USERNAME"
  | "SOCKS_PASSWORD"
  | "CLIENT_PROTOCOL"
  | "NYM_EPOCH"
  | "SESSION_GROUP"
  | (string & Record<never, never>);
