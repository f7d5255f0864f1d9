import type { OptionValue } from "./live_option.ts";

/** The options that an object has as its attributes. */
export interface AttributeSource {
  /** The names of those that can be read now. */
  readonly knownNames: readonly string[];
  /** What a debugger shows. */
  readonly inspected: object;
  /** Whether an option of exactly this name can be read now. */
  isKnown(name: string): boolean;
  /** Whether there is such an option, in any case. */
  has(name: string): boolean;
  /** An option's value; `undefined` where there is none of that name. */
  get(name: string): OptionValue | undefined;
  /** Assigns a value. */
  set(name: string, value: unknown): void;
  /** Gives an option back its default. */
  reset(name: string): void;
}

/** Deno, Node and Bun all ask an object by this symbol what to show of it. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * An object that has options as attributes besides what its class gives it, which wins where both
 * have a name. Classes that extend this one have a Proxy for `this`, private fields included.
 */
export abstract class OptionAttributes {
  /** Makes the object. */
  constructor(source: AttributeSource) {
    // Bun asks the object behind the proxy.
    Object.defineProperty(this, INSPECT, { value: () => source.inspected, configurable: true });
    return new Proxy(this, {
      get(target, key, receiver) {
        if (typeof key === "symbol" || key in target) return Reflect.get(target, key, receiver);
        return source.get(key);
      },
      has: (target, key) => key in target || (typeof key === "string" && source.has(key)),
      set(target, key, value, receiver) {
        if (typeof key === "symbol" || key in target) {
          if (Reflect.set(target, key, value, receiver)) return true;
          throw new TypeError(`Cannot assign to ${String(key)}: it is no option`);
        }
        source.set(key, value);
        return true;
      },
      deleteProperty(target, key) {
        if (typeof key === "symbol" || key in target) return false;
        source.reset(key);
        return true;
      },
      defineProperty: () => false,
      preventExtensions: () => false,
      ownKeys: () => [...source.knownNames],
      getOwnPropertyDescriptor(target, key) {
        if (typeof key === "symbol" || key in target || !source.isKnown(key)) return undefined;
        return { value: source.get(key), writable: true, enumerable: true, configurable: true };
      },
    });
  }
}
