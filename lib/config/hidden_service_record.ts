import { checkedList, type OptionLine } from "./live_option.ts";
import { checkItem, type OptionItem, optionType, readItems, writeItems } from "./option_type.ts";
import type { HiddenServiceSettings } from "./hidden_service_settings.ts";

/** The types of the options that a service has; Tor calls them all Dependent. */
const TYPES: ReadonlyMap<string, readonly [name: string, type: string]> = new Map(
  ([
    ["HiddenServiceVersion", "Integer"],
    ["HiddenServiceAllowUnknownPorts", "Boolean"],
    ["HiddenServiceExportCircuitID", "String"],
    ["HiddenServiceMaxStreams", "Integer"],
    ["HiddenServiceMaxStreamsCloseCircuit", "Boolean"],
    ["HiddenServiceDirGroupReadable", "Boolean"],
    ["HiddenServiceNumIntroductionPoints", "Integer"],
    ["HiddenServiceOnionBalanceInstance", "Boolean"],
    ["HiddenServiceEnableIntroDoSDefense", "Boolean"],
    ["HiddenServiceEnableIntroDoSRatePerSec", "Integer"],
    ["HiddenServiceEnableIntroDoSBurstPerSec", "Integer"],
    ["HiddenServicePoWDefensesEnabled", "Boolean"],
    ["HiddenServicePoWQueueRate", "Integer"],
    ["HiddenServicePoWQueueBurst", "Integer"],
  ] as const).map((entry) => [entry[0].toLowerCase(), entry]),
);

const LINE = optionType("LineList");

/** The settings of one service by name, as they are kept. */
export interface HiddenServiceRecord {
  [name: string]: unknown;
  /** The ports. */
  readonly ports: OptionItem[];
}

/**
 * Checks the settings of a service.
 *
 * @throws {TypeError} Where there is no directory, or a setting is not of its type.
 * @throws {RangeError} Where a number is out of its range.
 */
export function checkHiddenService(settings: unknown): HiddenServiceRecord {
  if (typeof settings !== "object" || settings === null) {
    throw new TypeError("Cannot use this as an onion service: expected an object with a dir");
  }
  const record: HiddenServiceRecord = { dir: undefined, ports: [] };
  for (const [key, value] of Object.entries(settings)) setIn(record, key, value);
  checkSetting("dir", record.dir);
  return record;
}

/**
 * The object that users see of a service, each setting of which is checked when it is set.
 *
 * @param touched Is called before each change.
 */
export function liveHiddenService(
  record: HiddenServiceRecord,
  touched: () => void,
): HiddenServiceSettings {
  const ports = checkedList(record.ports, { check: checkPort, touched });
  const proxy = new Proxy<Record<string, unknown>>(record, {
    get(target, key) {
      if (typeof key === "symbol") return undefined;
      const name = nameOf(key);
      return name === "ports" ? ports : target[name];
    },
    has: (target, key) => typeof key === "string" && Object.hasOwn(target, nameOf(key)),
    set(_target, key, value) {
      setIn(record, String(key), value);
      touched();
      return true;
    },
    deleteProperty(_target, key) {
      const name = nameOf(String(key));
      if (name === "dir") throw new TypeError("Cannot take its directory from an onion service");
      setIn(record, name, name === "ports" ? [] : undefined);
      touched();
      return true;
    },
  });
  return proxy as unknown as HiddenServiceSettings;
}

/** Reads the services of the lines of a configuration. */
export function readHiddenServices(lines: readonly OptionLine[]): HiddenServiceRecord[] {
  const services: HiddenServiceRecord[] = [];
  for (const [key, value] of lines) {
    const name = nameOf(key);
    const service = services.at(-1);
    if (name === "dir") services.push({ dir: value, ports: [] });
    else if (name === "ports") service?.ports.push(value);
    else if (service !== undefined) service[name] = joined(service[name], name, value);
  }
  return services;
}

/** Writes services as the lines of a configuration: each begins with its directory. */
export function writeHiddenServices(services: readonly HiddenServiceRecord[]): OptionLine[] {
  return services.flatMap(({ dir, ports, ...others }) => {
    const settings: readonly (readonly [name: string, value: unknown])[] = [
      ["HiddenServiceDir", dir],
      ["HiddenServicePort", ports],
      ...Object.entries(others).sort(byName),
    ];
    return settings.flatMap(([name, value]) => {
      const items = (Array.isArray(value) ? value : [value]).filter((item) => item !== undefined);
      return writeItems(LINE, items).map((text) => [name, text] as const);
    });
  });
}

/** The name that a setting is kept under. */
function nameOf(key: string): string {
  const lower = key.toLowerCase();
  if (lower === "dir" || lower === "hiddenservicedir") return "dir";
  if (lower === "ports" || lower === "hiddenserviceport") return "ports";
  return TYPES.get(lower)?.[0] ?? key;
}

/** Sets one setting that was checked. */
function setIn(record: HiddenServiceRecord, key: string, value: unknown): void {
  const name = nameOf(key);
  if (name !== "ports") {
    const checked = checkSetting(name, value);
    if (checked === undefined) delete record[name];
    else record[name] = checked;
    return;
  }
  if (!Array.isArray(value)) {
    throw new TypeError("Cannot set the ports of an onion service to what is no list");
  }
  record.ports.splice(0, record.ports.length, ...value.map(checkPort));
}

function checkSetting(name: string, value: unknown): unknown {
  if (name === "dir") {
    return checkItem("the dir of an onion service", LINE, typeof value === "string" ? value : null);
  }
  if (!/^HiddenService[A-Za-z0-9]+$/.test(name)) {
    throw new TypeError(`Cannot set ${JSON.stringify(name)} of an onion service`);
  }
  if (value === undefined) return undefined;
  const type = TYPES.get(name.toLowerCase())?.[1];
  if (type !== undefined) return checkItem(name, optionType(type), value);
  if (Array.isArray(value)) return Object.freeze(value.map((item) => checkItem(name, LINE, item)));
  return checkItem(name, LINE, typeof value === "boolean" ? Number(value) : value);
}

function checkPort(value: unknown): OptionItem {
  return checkItem("HiddenServicePort", LINE, value);
}

/** The value that a setting has after one more line of it. */
function joined(before: unknown, name: string, text: string): unknown {
  if (Array.isArray(before)) return [...before, text];
  const type = TYPES.get(name.toLowerCase())?.[1];
  if (type !== undefined) return readItems(optionType(type), [text])[0] ?? text;
  return before === undefined ? text : [before, text];
}

/** The order in which settings are written matters to no one, and must be one. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
