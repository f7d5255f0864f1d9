/** What an argument of a command may be: words, or what {@linkcode completeLine} finds the words for. */
export type ArgumentWords =
  | readonly string[]
  | "circuit"
  | "command"
  | "event"
  | "key"
  | "onion"
  | "option"
  | "option="
  | "signal"
  | "stream";

/** What is to be known of a command of Tor's control port. */
export interface ControlCommand {
  /** What follows its name. */
  readonly syntax: string;
  /** What it does. */
  readonly does: string;
  /** One line that may be typed as it stands, or with other names. */
  readonly example: string;
  /** The section of control-spec. */
  readonly section: string;
  /** Whether lines of data follow it, until a line with a dot alone. */
  readonly hasData?: true;
  /** Why it is no use any more. */
  readonly obsolete?: string;
  /** What its arguments may be, in order; the last is for all that follow. */
  readonly args?: readonly ArgumentWords[];
}

const NONE: ArgumentWords = [];
const PURPOSE: ArgumentWords = ["purpose=general", "purpose=controller"];

/** Every command of control-spec, section 3, by its name. */
export const CONTROL_COMMANDS: Readonly<Record<string, ControlCommand>> = {
  ADD_ONION: {
    syntax: "NEW:BEST|ED25519-V3:KEY [Flags=FLAG,...] Port=PORT[,TARGET]... " +
      "[ClientAuthV3=KEY]... [MaxStreams=N]",
    does: "Starts an onion service, which ends with this connection unless it has the flag Detach",
    example: "ADD_ONION NEW:BEST Flags=DiscardPK Port=80,127.0.0.1:8080",
    section: "3.27",
    args: [["NEW:BEST", "NEW:ED25519-V3", "ED25519-V3:"], [
      "Port=",
      "Flags=",
      "Flags=DiscardPK",
      "Flags=Detach",
      "Flags=V3Auth",
      "Flags=NonAnonymous",
      "Flags=MaxStreamsCloseCircuit",
      "ClientAuthV3=",
      "MaxStreams=",
      "PoWDefensesEnabled=1",
      "PoWQueueRate=",
      "PoWQueueBurst=",
    ]],
  },
  ATTACHSTREAM: {
    syntax: "STREAM CIRCUIT [HOP=N]",
    does: "Has a stream that waits go by a circuit; by 0, Tor chooses one",
    example: "ATTACHSTREAM 12 7",
    section: "3.13",
    args: ["stream", "circuit", ["HOP="]],
  },
  AUTHCHALLENGE: {
    syntax: "SAFECOOKIE NONCE",
    does: "Has Tor prove that it knows its cookie; torcon has done so where it could",
    example: "AUTHCHALLENGE SAFECOOKIE 00112233445566778899AABBCCDDEEFF",
    section: "3.24",
    args: [["SAFECOOKIE"], NONE],
  },
  AUTHENTICATE: {
    syntax: '[HEX|"PASSWORD"]',
    does: "Tells a secret to be let in; torcon has done so already",
    example: "AUTHENTICATE 70617373776F7264",
    section: "3.5",
  },
  CLOSECIRCUIT: {
    syntax: "CIRCUIT [IfUnused]",
    does: "Closes a circuit, and the streams that it carries",
    example: "CLOSECIRCUIT 7 IfUnused",
    section: "3.17",
    args: ["circuit", ["IfUnused"]],
  },
  CLOSESTREAM: {
    syntax: "STREAM REASON",
    does: "Closes a stream, for a reason by its number in tor-spec: 1 is any",
    example: "CLOSESTREAM 12 1",
    section: "3.16",
    args: ["stream", NONE],
  },
  DEL_ONION: {
    syntax: "ADDRESS",
    does: "Ends an onion service of ADD_ONION; the address is without .onion",
    example: "DEL_ONION 2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid",
    section: "3.28",
    args: ["onion", NONE],
  },
  DROPGUARDS: {
    syntax: "",
    does: "Forgets the guards; to use others often harms anonymity",
    example: "DROPGUARDS",
    section: "3.25",
  },
  DROPOWNERSHIP: {
    syntax: "",
    does: "Undoes TAKEOWNERSHIP: Tor outlives this connection",
    example: "DROPOWNERSHIP",
    section: "3.33",
  },
  DROPTIMEOUTS: {
    syntax: "",
    does: "Forgets how long circuits took, by which Tor sets their time limit",
    example: "DROPTIMEOUTS",
    section: "3.34",
  },
  EXTENDCIRCUIT: {
    syntax: "CIRCUIT [RELAY,...] [purpose=general|controller]",
    does:
      "Builds a circuit where CIRCUIT is 0, by these relays or by Tor's own; else makes one longer",
    example: "EXTENDCIRCUIT 0 purpose=general",
    section: "3.10",
    args: ["circuit", PURPOSE],
  },
  GETCONF: {
    syntax: "[OPTION]...",
    does: "Tells what options are set to",
    example: "GETCONF SocksPort",
    section: "3.3",
    args: ["option"],
  },
  GETINFO: {
    syntax: "[KEY]...",
    does:
      "Tells what is not of the configuration; `GETINFO info/names` has all there is to ask for",
    example: "GETINFO version",
    section: "3.9",
    args: ["key"],
  },
  HSFETCH: {
    syntax: "ADDRESS [SERVER=RELAY]...",
    does:
      "Fetches the descriptor of an onion service; the events HS_DESC and HS_DESC_CONTENT tell it",
    example: "HSFETCH 2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid",
    section: "3.26",
    args: [NONE, ["SERVER="]],
  },
  HSPOST: {
    syntax: "[SERVER=RELAY]... HSADDRESS=ADDRESS",
    does: "Uploads the descriptor of an onion service, which follows in lines",
    example: "+HSPOST HSADDRESS=2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid",
    section: "3.29",
    hasData: true,
    args: [["HSADDRESS=", "SERVER="]],
  },
  LOADCONF: {
    syntax: "",
    does: "Has Tor take what follows in lines for its torrc; all other options get their defaults",
    example: "+LOADCONF",
    section: "3.22",
    hasData: true,
  },
  MAPADDRESS: {
    syntax: "FROM=TO...",
    does:
      "Has Tor connect to one address where another is asked for; for 0.0.0.0 or . it makes one up",
    example: "MAPADDRESS www.example=example.com",
    section: "3.8",
    args: [["0.0.0.0=", "::0=", ".="]],
  },
  ONION_CLIENT_AUTH_ADD: {
    syntax: "ADDRESS x25519:KEY [ClientName=NAME] [Flags=Permanent]",
    does: "Keeps the key by which an onion service that wants one is visited",
    example: "ONION_CLIENT_AUTH_ADD " +
      "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid x25519:KEY ClientName=bob",
    section: "3.30",
    args: [NONE, ["x25519:"], ["ClientName=", "Flags=Permanent"]],
  },
  ONION_CLIENT_AUTH_REMOVE: {
    syntax: "ADDRESS",
    does: "Forgets such a key",
    example: "ONION_CLIENT_AUTH_REMOVE 2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid",
    section: "3.31",
  },
  ONION_CLIENT_AUTH_VIEW: {
    syntax: "[ADDRESS]",
    does: "Tells the keys for onion services, secrets and all",
    example: "ONION_CLIENT_AUTH_VIEW",
    section: "3.32",
  },
  POSTDESCRIPTOR: {
    syntax: "[purpose=general|controller|bridge] [cache=yes|no]",
    does: "Has Tor know a relay by its server descriptor, which follows in lines",
    example: "+POSTDESCRIPTOR purpose=controller cache=no",
    section: "3.14",
    hasData: true,
    args: [[...PURPOSE, "purpose=bridge", "cache=yes", "cache=no"]],
  },
  PROTOCOLINFO: {
    syntax: "[1]",
    does: "Tells how controllers are let in, and Tor's version",
    example: "PROTOCOLINFO 1",
    section: "3.21",
    args: [["1"], NONE],
  },
  QUIT: {
    syntax: "",
    does: "Ends the connection, and this program",
    example: "QUIT",
    section: "3.18",
  },
  REDIRECTSTREAM: {
    syntax: "STREAM ADDRESS [PORT]",
    does: "Sends a stream that is not connected yet to another address",
    example: "REDIRECTSTREAM 12 example.com 443",
    section: "3.15",
    args: ["stream", NONE],
  },
  RESETCONF: {
    syntax: "OPTION[=VALUE]...",
    does: "Gives options their defaults back, or values",
    example: "RESETCONF ExitNodes",
    section: "3.2",
    args: ["option"],
  },
  RESOLVE: {
    syntax: "[mode=reverse] NAME...",
    does: "Looks names up through Tor; the event ADDRMAP tells the answers",
    example: "RESOLVE example.com",
    section: "3.20",
    args: [["mode=reverse"], NONE],
  },
  SAVECONF: {
    syntax: "[FORCE]",
    does: "Writes the configuration to the torrc; with FORCE, also over one that includes others",
    example: "SAVECONF",
    section: "3.6",
    args: [["FORCE"], NONE],
  },
  SETCIRCUITPURPOSE: {
    syntax: "CIRCUIT purpose=general|controller",
    does: "Changes what a circuit is for; Tor uses none of a controller by itself",
    example: "SETCIRCUITPURPOSE 7 purpose=controller",
    section: "3.11",
    args: ["circuit", PURPOSE],
  },
  SETCONF: {
    syntax: 'OPTION[=VALUE|="VALUE"]...',
    does:
      "Sets options; a name alone is for 0 or nothing, a name again for one more value of a list",
    example: 'SETCONF ExitNodes="{de},{nl}" StrictNodes=1',
    section: "3.1",
    args: ["option="],
  },
  SETEVENTS: {
    syntax: "[EVENT]...",
    does: "Has Tor tell of these events, and of no others, as they come",
    example: "SETEVENTS CIRC STREAM",
    section: "3.4",
    args: ["event"],
  },
  SETROUTERPURPOSE: {
    syntax: "RELAY PURPOSE",
    does: "Nothing",
    example: "SETROUTERPURPOSE moria1 general",
    section: "3.12",
    obsolete: "Tor has refused it since 0.2.2",
  },
  SIGNAL: {
    syntax: "SIGNAL",
    does: "Does what a signal to Tor's process would: NEWNYM is a new identity, HALT its end",
    example: "SIGNAL NEWNYM",
    section: "3.7",
    args: ["signal", NONE],
  },
  TAKEOWNERSHIP: {
    syntax: "",
    does: "Has Tor end when this connection does",
    example: "TAKEOWNERSHIP",
    section: "3.23",
  },
  USEFEATURE: {
    syntax: "FEATURE...",
    does: "Asks for features of the protocol, all of which are always on",
    example: "USEFEATURE VERBOSE_NAMES",
    section: "3.19",
    obsolete: "both features have been on for good since Tor 0.2.2.1",
    args: [["EXTENDED_EVENTS", "VERBOSE_NAMES"]],
  },
};

/** What the prompt itself understands, besides Tor's commands. */
export const PROMPT_COMMANDS: Readonly<
  Record<string, Pick<ControlCommand, "syntax" | "does" | "args">>
> = {
  "/help": {
    syntax: "[COMMAND]",
    does: "Lists the commands, or tells of one",
    args: ["command", NONE],
  },
  "/events": {
    syntax: "[EVENT]...",
    does: "Shows these events as they come, and no others; as SETEVENTS",
    args: ["event"],
  },
  "/quit": { syntax: "", does: "Ends; as Ctrl-D does" },
};
