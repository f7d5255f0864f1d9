import {
  AuthenticationError,
  BadAuthenticationError,
  ConnectError,
  LaunchError,
  PermissionError,
  TorError,
  TorNotFoundError,
} from "../errors/mod.ts";
import { CommandError } from "./command_error.ts";
import { EXIT } from "./exit_code.ts";

const JOIN_GROUP = "join the group that may read it (Debian: `sudo adduser $USER debian-tor`; " +
  "Fedora: toranon; Arch: tor), then log in again";

const START_TOR =
  "start one with `torcon launch`, or the system's with `sudo systemctl start tor`; " +
  "name another control port by --control";

/** Why no Tor could be joined, with what to do about it. */
export function explainConnect(error: unknown): unknown {
  const errors = error instanceof ConnectError
    ? error.attempts.map((attempt) => attempt.error)
    : [error];
  const refusal = errors.find((one) => one instanceof AuthenticationError);
  if (refusal !== undefined) {
    const message = `${refusal.message}; ${authenticationAdvice(refusal)}`;
    return new CommandError(message, EXIT.REFUSED, { cause: error });
  }
  const denied = errors.find((one) => one instanceof PermissionError);
  if (denied !== undefined) {
    return new CommandError(`${denied.message}: ${JOIN_GROUP}`, EXIT.REFUSED, { cause: error });
  }
  if (!(error instanceof TorError)) return error;
  return new CommandError(`No Tor answers: ${START_TOR} (${summary(error)})`, EXIT.NO_TOR, {
    cause: error,
  });
}

/** The attempts one by one are too long where the reason is the same. */
function summary(error: TorError): string {
  if (!(error instanceof ConnectError)) return error.message;
  return `tried ${error.attempts.map(({ address }) => address).join(", ")}`;
}

function authenticationAdvice({ attempts }: AuthenticationError): string {
  const isOf = (Class: new (...args: never[]) => Error, method: string) =>
    attempts.some((attempt) => attempt.error instanceof Class && attempt.method.endsWith(method));
  if (isOf(PermissionError, "COOKIE")) return `to use its cookie, ${JOIN_GROUP}`;
  if (isOf(BadAuthenticationError, "HASHEDPASSWORD")) return "check the password";
  if (attempts.some(({ method }) => method === "HASHEDPASSWORD")) {
    return "give the password by --password-file or TOR_CONTROL_PASSWD";
  }
  return "name the cookie by --cookie-file, or set a password and give it by --password-file";
}

/** What to tell the user of an error, in one line, and the exit code. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof TorNotFoundError) return { message: error.message, exitCode: EXIT.NO_TOR };
  if (error instanceof LaunchError) {
    return { message: launchMessage(error), exitCode: EXIT.FAILED };
  }
  if (error instanceof Error) {
    // As `fetch` fails: the reason is the cause.
    const { cause } = error;
    const isWrongUse = (error instanceof TypeError || error instanceof RangeError) &&
      !(cause instanceof TorError);
    const why = cause instanceof TorError && !error.message.includes(cause.message)
      ? `: ${cause.message}`
      : "";
    return {
      message: error.message + why,
      exitCode: isWrongUse ? EXIT.USAGE : EXIT.FAILED,
    };
  }
  return { message: String(error), exitCode: EXIT.FAILED };
}

/** What Tor has complained of last says what to do; the whole log is too much. */
function launchMessage({ message, log }: LaunchError): string {
  const [first = ""] = message.split("; its log ends:\n", 1);
  const complaints = log.flatMap((line) => /\[(?:warn|err)\] (.*)$/.exec(line)?.[1] ?? [])
    .filter((line) => !/see warnings above/.test(line) && !first.includes(line));
  return [first, ...new Set(complaints.slice(-3))].join(": ");
}
