import type { TcpAddress } from "../../../runtime/types.ts";
import { CommandError } from "../../command_error.ts";
import { flexibleAddress } from "../../control_options.ts";
import { EXIT } from "../../exit_code.ts";

/**
 * Reads where the page is to be served: a port, or an address of this machine that no other reaches.
 *
 * @param text The address; `true` for any port that is free.
 */
export function parsePageAddress(text: string | true): TcpAddress {
  const address = flexibleAddress("--web", text === true ? "127.0.0.1:0" : text);
  const isTcp = typeof address !== "string" && "hostname" in address;
  if (isTcp && /^(127\.0\.0\.1|::1)$/.test(address.hostname)) return address;
  throw new CommandError(
    `Cannot serve the page at ${text}: expected a port, 127.0.0.1:PORT or [::1]:PORT (--web)`,
    EXIT.USAGE,
  );
}
