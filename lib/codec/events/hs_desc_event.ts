import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { type HsDescriptor, parseHsDescriptor } from "./hs_descriptor.ts";
import { type LongName, parseLongName } from "./long_name.ts";

/** What happened to an onion service's descriptor (control-spec, section 4.1.25: `Action`). */
export type HsDescAction =
  | "REQUESTED"
  | "UPLOAD"
  | "RECEIVED"
  | "UPLOADED"
  | "IGNORE"
  | "FAILED"
  | "CREATED"
  | (string & Record<never, never>);

/** How an onion service authorizes its clients (control-spec, section 4.1.25: `AuthType`). */
export type HsAuthType =
  | "NO_AUTH"
  | "BASIC_AUTH"
  | "STEALTH_AUTH"
  | "UNKNOWN"
  | (string & Record<never, never>);

/** Why a descriptor could not be fetched or uploaded (control-spec, section 4.1.25: `Reason`). */
export type HsDescReason =
  | "BAD_DESC"
  | "QUERY_REJECTED"
  | "UPLOAD_REJECTED"
  | "NOT_FOUND"
  | "UNEXPECTED"
  | "QUERY_NO_HSDIR"
  | "QUERY_RATE_LIMITED"
  | (string & Record<never, never>);

/** An onion service's descriptor was fetched, uploaded or made (control-spec, section 4.1.25). */
export interface HsDescEvent extends EventBase {
  /** The event's name. */
  readonly type: "HS_DESC";
  /** What happened to the descriptor. */
  readonly action: HsDescAction;
  /** The service's address without `.onion`; `undefined` where Tor does not know it. */
  readonly hsAddress: string | undefined;
  /** How the service authorizes its clients. */
  readonly authType: HsAuthType;
  /** The relay that keeps the descriptor; `undefined` for none. */
  readonly hsDir: LongName | undefined;
  /** The descriptor: of a service of version 3 its blinded key, in base64 without padding. */
  readonly descriptorId: string | undefined;
  /** Why the action failed. */
  readonly reason: HsDescReason | undefined;
  /** Which of the copies of the descriptor it is; version 2 only. */
  readonly replica: number | undefined;
  /** The place of the relay in the ring of directories: 64 hex digits. */
  readonly hsDirIndex: string | undefined;
}

/** An onion service's descriptor was fetched, or could not be (control-spec, section 4.1.26). */
export interface HsDescContentEvent extends EventBase {
  /** The event's name. */
  readonly type: "HS_DESC_CONTENT";
  /** The service's address without `.onion`; `undefined` where the fetch failed. */
  readonly hsAddress: string | undefined;
  /** The descriptor: of a service of version 3 its blinded key, in base64 without padding. */
  readonly descriptorId: string;
  /** The relay that sent the descriptor; `undefined` for none. */
  readonly hsDir: LongName | undefined;
  /** The text of the descriptor; empty where the fetch failed. */
  readonly body: string;
  /** The outer fields of the descriptor, parsed when this is first read. */
  readonly descriptor: HsDescriptor | undefined;
}

/** Parses `HS_DESC ...`; `undefined` where one of the first four words is missing. */
export function parseHsDescEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): HsDescEvent | undefined {
  const args = new EventArguments(text, 8);
  const action = args.word();
  const hsAddress = args.word();
  const authType = args.word();
  const hsDir = parseHsDir(args.word());
  if (
    action === undefined || hsAddress === undefined || authType === undefined || hsDir === undefined
  ) {
    return undefined;
  }
  return {
    type: "HS_DESC",
    action,
    hsAddress: hsAddress === "UNKNOWN" ? undefined : hsAddress,
    authType,
    hsDir: hsDir === "UNKNOWN" ? undefined : hsDir,
    descriptorId: args.word(),
    reason: args.value("REASON"),
    replica: args.count("REPLICA"),
    hsDirIndex: args.value("HSDIR_INDEX"),
    ...args.left(data, rest),
  };
}

class ContentEvent implements HsDescContentEvent {
  readonly type = "HS_DESC_CONTENT";
  readonly hsAddress: string | undefined;
  readonly descriptorId: string;
  readonly hsDir: LongName | undefined;
  readonly body: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly extraArguments: readonly string[];
  #descriptor: HsDescriptor | undefined;
  #parsed = false;

  constructor(
    fields: Pick<HsDescContentEvent, "hsAddress" | "descriptorId" | "hsDir" | "body">,
    left: EventBase,
  ) {
    this.hsAddress = fields.hsAddress;
    this.descriptorId = fields.descriptorId;
    this.hsDir = fields.hsDir;
    this.body = fields.body;
    this.extra = left.extra;
    this.extraArguments = left.extraArguments;
  }

  get descriptor(): HsDescriptor | undefined {
    if (!this.#parsed) {
      this.#descriptor = parseHsDescriptor(this.body);
      this.#parsed = true;
    }
    return this.#descriptor;
  }
}

/** Parses `HS_DESC_CONTENT ...` and its data block; `undefined` where a word is missing. */
export function parseHsDescContentEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): HsDescContentEvent | undefined {
  const args = new EventArguments(text, 16);
  const hsAddress = args.word();
  const descriptorId = args.word();
  const hsDir = parseHsDir(args.word());
  if (hsAddress === undefined || descriptorId === undefined || hsDir === undefined) {
    return undefined;
  }
  return new ContentEvent({
    hsAddress: hsAddress === "UNKNOWN" ? undefined : hsAddress,
    descriptorId,
    hsDir: hsDir === "UNKNOWN" ? undefined : hsDir,
    body: data ?? "",
  }, args.left(undefined, rest));
}

function parseHsDir(word: string | undefined): LongName | "UNKNOWN" | undefined {
  return word === undefined || word === "UNKNOWN" ? word : parseLongName(word);
}
