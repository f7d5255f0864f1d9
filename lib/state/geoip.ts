import type { AbortOptions } from "../runtime/types.ts";

/** Where an IP address is, as far as a database knows. */
export interface RouterLocation {
  /** The country by two capital letters (ISO 3166-1), such as `"DE"`; `undefined` where it is unknown. */
  readonly countryCode: string | undefined;
  /** The country's name, in English where the database has names. */
  readonly countryName?: string | undefined;
  /** The city's name, in English. */
  readonly city?: string | undefined;
  /** Degrees north of the equator. */
  readonly latitude?: number | undefined;
  /** Degrees east of Greenwich. */
  readonly longitude?: number | undefined;
  /** The number of the autonomous system that routes the address. */
  readonly asNumber?: number | undefined;
  /** The name of whoever runs that autonomous system. */
  readonly asName?: string | undefined;
}

/** Looks an IP address up; `undefined` where it is not known. */
export type GeoIpLookup = (
  ip: string,
  options: AbortOptions,
) => RouterLocation | undefined | Promise<RouterLocation | undefined>;

/**
 * A reader of MaxMind's databases, such as that of the packages `maxmind` and `mmdb-lib`: `get` gives
 * the record of an IP address.
 */
export interface GeoIpReader {
  /** The record of an IP address; `null` where there is none. */
  get(ip: string): unknown;
}

/** A user's GeoIP database: a function, or a reader of MaxMind's databases. */
export type GeoIpSource = GeoIpLookup | GeoIpReader;

/**
 * Looks an IP address up in a user's database.
 *
 * @returns Where it is, or `undefined` where the database does not know it.
 */
export async function lookUpLocation(
  source: GeoIpSource,
  ip: string,
  { signal }: AbortOptions = {},
): Promise<RouterLocation | undefined> {
  if (typeof source === "function") return await source(ip, signal === undefined ? {} : { signal });
  return readRecord(source.get(ip));
}

/** Reads a record of GeoIP2 or GeoLite2: of countries, of cities or of autonomous systems. */
function readRecord(record: unknown): RouterLocation | undefined {
  const place = {
    countryCode: textAt(record, "country", "iso_code")?.toUpperCase(),
    countryName: textAt(record, "country", "names", "en"),
    city: textAt(record, "city", "names", "en"),
    latitude: numberAt(record, "location", "latitude"),
    longitude: numberAt(record, "location", "longitude"),
    asNumber: numberAt(record, "autonomous_system_number"),
    asName: textAt(record, "autonomous_system_organization"),
  };
  return Object.values(place).some((value) => value !== undefined) ? place : undefined;
}

function textAt(record: unknown, ...path: string[]): string | undefined {
  const value = valueAt(record, path);
  return typeof value === "string" ? value : undefined;
}

function numberAt(record: unknown, ...path: string[]): number | undefined {
  const value = valueAt(record, path);
  return typeof value === "number" ? value : undefined;
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
