/**
 * Keys that Tor answers under a prefix that it lists, without listing them (control-spec, section 3.9):
 * by their prefixes, with what they tell.
 */
export const UNLISTED_INFO: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "consensus": {
    "fresh-until": "When the consensus is to be replaced, as ISO time; empty without a consensus.",
    "packages": "The package lines of the consensus.",
    "valid-after": "When the consensus became valid, as ISO time; empty without a consensus.",
    "valid-until": "When the consensus ends to be valid, as ISO time; empty without a consensus.",
  },
  "ip-to-country": {
    "ipv4-available": "Whether there is a GeoIP database of IPv4 addresses: 0 or 1.",
    "ipv6-available": "Whether there is a GeoIP database of IPv6 addresses: 0 or 1.",
  },
  "net/listeners": {
    "control": "Bound addresses for controllers, quoted and separated by spaces.",
    "dir": "Bound addresses for the directory protocol, quoted and separated by spaces.",
    "dns": "Bound addresses for DNS requests, quoted and separated by spaces.",
    "extor": "Bound addresses for extended OR connections, quoted and separated by spaces.",
    "httptunnel": "Bound addresses for HTTP CONNECT, quoted and separated by spaces.",
    "metrics": "Bound addresses for metrics, quoted and separated by spaces.",
    "natd": "Bound addresses for transparent connections by natd, quoted and separated by spaces.",
    "or": "Bound addresses for OR connections, quoted and separated by spaces.",
    "socks": "Bound addresses for SOCKS, quoted and separated by spaces.",
    "trans": "Bound addresses for transparent connections, quoted and separated by spaces.",
  },
};
