import { portValue } from "../codec/port_value.ts";
import type { Runtime } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import { bridgeOptions } from "./bridges.ts";
import type { LaunchDirectory } from "./launch_directory.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { type TorrcOption, torrcOptions } from "./torrc.ts";
import { isUnixSocketPath } from "./unix_socket_path.ts";

/** Options that a launch sets by itself, and what to use instead. */
const OWN_OPTIONS: Readonly<Record<string, string>> = {
  __controlport: "use the option control",
  __owningcontrollerprocess: "Tor ends with this program",
  controlportwritetofile: "a launch needs it itself",
  cookieauthentication: "a launch needs it itself",
  datadirectory: "use the option dataDirectory",
  hiddenservicenonanonymousmode: "use the option nonAnonymousMode",
  hiddenservicesinglehopmode: "use the option nonAnonymousMode",
  pidfile: "a launch needs it itself",
  runasdaemon: "Tor would leave this program",
  user: "use the option user",
};

/** Options whose values are secret: they are in no error. */
const SECRET_OPTIONS =
  /^(?:HashedControlPassword|__HashedControlSessionPassword|.*Authenticator|.*Password)$/i;

/**
 * The options of Tor's that the caller asks for.
 *
 * @throws {TypeError} Where one cannot be written, does not go with another, or is a launch's own.
 */
export function callerOptions(options: LaunchOptions): TorrcOption[] {
  const { control, socks = [], torrc = {}, user, nonAnonymousMode = false } = options;
  for (const address of control === undefined || control === 0 ? socks : [control, ...socks]) {
    parseAddress(address);
  }
  const given = torrcOptions(torrc);
  for (const [name] of given) {
    const why = OWN_OPTIONS[name.toLowerCase()];
    if (why !== undefined) throw new TypeError(`Cannot set ${name} in the option torrc: ${why}`);
  }
  if (nonAnonymousMode && socks.length > 0) {
    throw new TypeError("Cannot have SOCKS ports (option socks) together with nonAnonymousMode");
  }
  const isKnownTransport = (name: string) =>
    given.some(([option, value]) =>
      /^ClientTransportPlugin$/i.test(option) && value.split(/\s/, 1)[0]!.split(",").includes(name)
    );
  return [
    ...given,
    ...bridgeOptions(options, { isKnownTransport }),
    ...(user === undefined ? [] : torrcOptions({ User: user })),
    ...(nonAnonymousMode
      ? torrcOptions({ HiddenServiceNonAnonymousMode: 1, HiddenServiceSingleHopMode: 1 })
      : []),
  ];
}

/** The values of the options that hold passwords. */
export function secretsOf(options: readonly TorrcOption[]): string[] {
  return options.filter(([name, value]) => SECRET_OPTIONS.test(name) && value !== "")
    .map(([, value]) => value);
}

/**
 * The arguments of the program. There is no torrc: what Tor would have read again on RELOAD it takes
 * from its arguments again.
 */
export function torArguments(
  given: readonly TorrcOption[],
  { options, directory, runtime }: {
    options: LaunchOptions;
    directory: LaunchDirectory;
    runtime: Runtime;
  },
): string[] {
  const has = (name: string) => given.some(([other]) => other.toLowerCase() === name);
  const socket = (name: string, isAllowed: boolean): string => {
    const path = `${directory.path}/${name}`;
    return isAllowed && isUnixSocketPath(path, runtime.platform)
      ? portValue({ path })
      : "127.0.0.1:auto";
  };
  const own: TorrcOption[] = [
    ["DataDirectory", directory.path],
    ["PidFile", directory.pidFile],
    ["__OwningControllerProcess", String(runtime.pid)],
  ];
  const { control, user, nonAnonymousMode } = options;
  if (control !== 0) {
    const isSocketAllowed = user === undefined;
    const port = control === undefined ? socket("control", isSocketAllowed) : portValue(control);
    // Tor opens the socket before it makes the directory private, which it does right after.
    const isRelaxed = control === undefined && port.startsWith("unix:") && !directory.isPrivate;
    own.push(
      ["__ControlPort", isRelaxed ? `${port} RelaxDirModeCheck` : port],
      ["ControlPortWriteToFile", directory.controlPortFile],
      ["CookieAuthentication", "1"],
    );
  }
  if (options.socks !== undefined || nonAnonymousMode || !has("socksport")) {
    const isSocketAllowed = user === undefined && directory.isPrivate;
    const ports = options.socks?.map(portValue) ??
      (nonAnonymousMode ? [] : [socket("socks", isSocketAllowed)]);
    // The flag makes Tor tell why it cannot reach an onion service.
    for (const port of ports) own.push(["SocksPort", `${port} ExtendedErrors`]);
    if (ports.length === 0 && !has("socksport")) own.push(["SocksPort", "0"]);
  }
  const logsToStdout = given.some(([name, value]) =>
    name.toLowerCase() === "log" && (/\bstdout\b/i.test(value) || !/\s/.test(value))
  );
  if (!logsToStdout) own.push(["Log", "notice stdout"]);
  return [
    "-f",
    directory.savedOptionsFile,
    "--ignore-missing-torrc",
    // Not the defaults of the system's own Tor.
    "--defaults-torrc",
    `${directory.path}/no_defaults`,
    ...[...own, ...given].flatMap(([name, value]) => [`--${name}`, value]),
  ];
}
