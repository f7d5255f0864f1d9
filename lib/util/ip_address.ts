/**
 * Reads an IP address in text form (RFC 4291, section 2.2).
 *
 * @returns Its 4 or 16 bytes, or `undefined` where the text is no IP address.
 */
export function parseIpAddress(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array<ArrayBuffer> | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) {
    return undefined;
  }
  const numbers = parts.map(Number);
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined;
}

function parseIpv6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) =>
    half === "" ? [] : parseGroups(half, { isLast: i === halves.length - 1 })
  );
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  // "::" stands for at least one group of zeros.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array(missing).fill(0), ...(tail ?? [])]);
}

/** Groups of hexadecimal digits; the last of the address may be an IPv4 address. */
function parseGroups(text: string, { isLast }: { isLast: boolean }): number[] | undefined {
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    const ipv4 = isLast && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 !== undefined) bytes.push(...ipv4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

/**
 * Writes an IP address in its canonical text form (RFC 5952).
 *
 * @param address 4 or 16 bytes.
 */
export function formatIpAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((address[i]! << 8) | address[i + 1]!);
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `::ffff:${address.subarray(12).join(".")}`;
  }
  const zeros = longestZeros(groups);
  const hex = (from: number, to?: number) =>
    groups.slice(from, to).map((group) => group.toString(16)).join(":");
  // One group of zeros alone is not shortened.
  if (zeros.length < 2) return hex(0);
  return `${hex(0, zeros.start)}::${hex(zeros.start + zeros.length)}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > longest.length) longest = { start, length: i + 1 - start };
  }
  return longest;
}

/**
 * The name that a reverse look-up of an address asks for, such as `7.2.0.192.in-addr.arpa`
 * (RFC 1035, section 3.5; RFC 3596, section 2.5).
 *
 * @param address 4 or 16 bytes.
 */
export function reverseName(address: Uint8Array): string {
  const bytes = [...address].reverse();
  if (bytes.length === 4) return `${bytes.join(".")}.in-addr.arpa`;
  const digits = bytes.flatMap((byte) => [(byte & 15).toString(16), (byte >> 4).toString(16)]);
  return `${digits.join(".")}.ip6.arpa`;
}
