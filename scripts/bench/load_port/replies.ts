/** What the load port answers, by command. Whatever is not here gets `250 OK`. */
export const REPLIES: ReadonlyMap<string, string> = new Map([
  [
    "PROTOCOLINFO 1",
    '250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor="0.4.9.11"\r\n250 OK\r\n',
  ],
  ["GETCONF __OwningControllerProcess", "250 __OwningControllerProcess\r\n"],
  value("version", "0.4.9.11"),
  value("events/names", "CIRC STREAM ADDRMAP NEWCONSENSUS SIGNAL CONF_CHANGED"),
  value("signal/names", "RELOAD NEWNYM"),
  value("process/pid", "1"),
  value("circuit-status", ""),
  value("stream-status", ""),
  [
    "GETINFO circuit-status stream-status",
    "250-circuit-status=\r\n250-stream-status=\r\n250 OK\r\n",
  ],
  value("address-mappings/all", ""),
  value("entry-guards", ""),
]);

function value(key: string, text: string): [string, string] {
  return [`GETINFO ${key}`, `250-${key}=${text}\r\n250 OK\r\n`];
}
