import { type AddrMapEvent, parseIsoTime } from "../codec/events/mod.ts";
import { parseWords } from "../codec/keywords.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import { ListenerSet } from "./listener_set.ts";

/** An address that stands for another. */
export interface MappedAddress {
  /** The name or address that is asked for. */
  readonly from: string;
  /** What it stands for. */
  readonly to: string;
  /** When that ends; `undefined` for never. */
  readonly expires: Date | undefined;
}

/** Is told what becomes of an {@linkcode AddressMap}: an object with any of these methods. */
export interface AddressMapListener {
  /** An address stands for another, from now on or anew. */
  addressMapped?(mapping: MappedAddress): unknown;
  /** An address stands for another no more. */
  addressExpired?(mapping: MappedAddress): unknown;
}

let apply: (map: AddressMap, event: AddrMapEvent) => void;
let replace: (map: AddressMap, status: string) => void;
let end: (map: AddressMap) => void;

/**
 * What Tor maps addresses to (control-spec, section 3.9: `address-mappings/all`, and section 4.1.7):
 * what it was told to by MAPADDRESS, what names were resolved to, and what it has made up by itself.
 * A mapping leaves the map when it expires. Upper and lower case are the same.
 *
 * @example Look up an address both ways
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.always(/^SETEVENTS/).reply("250 OK");
 * port.always(/^GETINFO/).replyWith(({ args }) => [
 *   ...args.split(" ").map((key) => `250-${key}=`),
 *   "250 OK",
 * ]);
 * port.always("GETINFO address-mappings/all")
 *   .reply("250-address-mappings/all=www.example 192.0.2.7 NEVER", "250 OK");
 * await using tor = await connect({ control: port.address });
 * await using state = await tor.getState();
 *
 * assert.equal(state.addressMap.get("www.example")?.to, "192.0.2.7");
 * assert.deepEqual(state.addressMap.namesOf("192.0.2.7"), ["www.example"]);
 * ```
 */
export class AddressMap implements Iterable<MappedAddress> {
  readonly #mappings = new Map<string, MappedAddress>();
  readonly #listeners: ListenerSet<AddressMapListener>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  static {
    apply = (map, event) => map.#apply(event);
    replace = (map, status) => map.#replace(status);
    end = (map) => map.#end();
  }

  /** Makes an empty map; a `TorState` has one. What a listener throws is given to `onError`. */
  constructor(onError: ErrorHandler) {
    this.#listeners = new ListenerSet(onError);
  }

  /** How many addresses are mapped. */
  get size(): number {
    return this.#current().length;
  }

  /** What an address stands for; `undefined` where it stands for itself. */
  get(address: string): MappedAddress | undefined {
    const mapping = this.#mappings.get(address.toLowerCase());
    return mapping === undefined || isOver(mapping, Date.now()) ? undefined : mapping;
  }

  /** The names and addresses that stand for an address. */
  namesOf(address: string): string[] {
    const wanted = address.toLowerCase();
    return this.#current().filter(({ to }) => to.toLowerCase() === wanted).map(({ from }) => from);
  }

  /** The mappings. */
  [Symbol.iterator](): IterableIterator<MappedAddress> {
    return this.#current()[Symbol.iterator]();
  }

  /**
   * Calls a listener with what becomes of the map.
   *
   * @param listener An object with any of the methods of {@linkcode AddressMapListener}.
   * @param options A `signal` that ends it.
   * @returns A function that ends it.
   */
  listen(listener: AddressMapListener, options: AbortOptions = {}): () => void {
    return this.#listeners.add(listener, options);
  }

  #current(): MappedAddress[] {
    const now = Date.now();
    return [...this.#mappings.values()].filter((mapping) => !isOver(mapping, now));
  }

  #apply({ address, newAddress, expires }: AddrMapEvent): void {
    if (newAddress === undefined) return;
    this.#set({ from: address, to: newAddress, expires });
  }

  /** What Tor keeps no more is dropped, but for what it has told without keeping it. */
  #replace(status: string): void {
    for (const line of status.split("\n")) {
      const [from, to, expiry = "NEVER"] = parseWords(line).positional;
      if (from === undefined || to === undefined) continue;
      this.#set({ from, to, expires: expiry === "NEVER" ? undefined : parseIsoTime(expiry) });
    }
  }

  #set(mapping: MappedAddress): void {
    const key = mapping.from.toLowerCase();
    const old = this.#mappings.get(key);
    const isSame = old?.to === mapping.to && old.expires?.getTime() === mapping.expires?.getTime();
    if (isSame || isOver(mapping, Date.now())) return;
    this.#mappings.set(key, mapping);
    this.#listeners.tell((listener) => listener.addressMapped?.(mapping));
    this.#wait();
  }

  /** Waits for the next mapping to expire. */
  #wait(): void {
    clearTimeout(this.#timer);
    const times = [...this.#mappings.values()].map(({ expires }) => expires?.getTime() ?? Infinity);
    const next = times.reduce((first, time) => Math.min(first, time), Infinity);
    if (next === Infinity) return;
    const delay = Math.min(Math.max(next - Date.now(), 0) + 1, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#expire(), delay);
  }

  #expire(): void {
    const now = Date.now();
    for (const [key, mapping] of this.#mappings) {
      if (!isOver(mapping, now)) continue;
      this.#mappings.delete(key);
      this.#listeners.tell((listener) => listener.addressExpired?.(mapping));
    }
    this.#wait();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}

/** Takes in an ADDRMAP event. */
export function updateAddressMap(map: AddressMap, event: AddrMapEvent): void {
  apply(map, event);
}

/** Takes in the answer to `GETINFO address-mappings/all`. */
export function resyncAddressMap(map: AddressMap, status: string): void {
  replace(map, status);
}

/** Ends the wait for expiries. */
export function endAddressMap(map: AddressMap): void {
  end(map);
}

/** The longest time that timers can wait: 2^31 - 1 milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

function isOver({ expires }: MappedAddress, now: number): boolean {
  return expires !== undefined && expires.getTime() <= now;
}
