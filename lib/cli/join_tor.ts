import { AuthenticationError, BadAuthenticationError, ConnectError } from "../errors/mod.ts";
import { askSecret } from "../runtime/ask_secret.ts";
import type { Stdio } from "../runtime/stdio.ts";
import type { Runtime, SocketAddress } from "../runtime/types.ts";
import { connect } from "../tor/connect.ts";
import type { Tor } from "../tor/tor.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import type { ControlChoice } from "./control_options.ts";

/** The program that joins, and the person who may be asked. */
export interface Joiner {
  readonly stdio: Stdio;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  /** Tells the person something. */
  tell(line: string): Promise<void>;
}

/** How often the password may be typed. */
const TRIES = 3;

/**
 * Joins the Tor that the user has chosen. Where that wants a password, none was given and a person is there to
 * be asked, the person is.
 *
 * @throws {TorError} As `connect` does.
 */
export async function joinTor(choice: ControlChoice, joiner: Joiner): Promise<Tor> {
  const { runtime, signal, stdio } = joiner;
  try {
    return await connect({ ...choice, runtime, signal });
  } catch (error) {
    const address = passwordWanted(error, choice);
    const canAsk = stdio.isInteractive && stdio.stderr.isTerminal;
    if (address === undefined || choice.password !== undefined || !canAsk) throw error;
    return await askAndJoin({ ...choice, control: address }, { joiner, error });
  }
}

/** Not within `connect` itself: people take longer than an answer of Tor's may. */
async function askAndJoin(
  choice: ControlChoice & { readonly control: SocketAddress },
  { joiner, error }: { joiner: Joiner; error: unknown },
): Promise<Tor> {
  const { runtime, signal } = joiner;
  const question = `Password for ${formatAddress(choice.control)}: `;
  for (let left = TRIES;; left--) {
    const password = await askSecret(question, { onInterrupt: () => joiner.interrupt(), signal });
    if (password === undefined) throw error;
    try {
      return await connect({
        ...choice,
        password,
        authentication: ["HASHEDPASSWORD"],
        runtime,
        signal,
      });
    } catch (error) {
      if (left <= 1 || !isWrongPassword(error)) throw error;
      await joiner.tell("Wrong password");
    }
  }
}

/** The control port that would let us in by a password. */
function passwordWanted(error: unknown, { control }: ControlChoice): SocketAddress | undefined {
  if (error instanceof ConnectError) {
    const attempt = error.attempts.find((attempt) => offersPassword(attempt.error));
    return attempt && parseAddress(attempt.address);
  }
  return control !== undefined && offersPassword(error) ? parseAddress(control) : undefined;
}

function offersPassword(error: unknown): boolean {
  return error instanceof AuthenticationError &&
    error.attempts.some(({ method }) => method === "HASHEDPASSWORD");
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof AuthenticationError &&
    error.attempts.some((attempt) => attempt.error instanceof BadAuthenticationError);
}
