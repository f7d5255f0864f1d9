// deno-lint-ignore-file no-console -- the test reads what it prints
import { connect, OnionServiceKey, TorError, UnrecognizedEntityError } from "@torcon/torcon";
import { ScriptedControlPort } from "@torcon/torcon/testing";

await using port = await ScriptedControlPort.start();
port.expect("GETINFO address").reply("250-address=192.0.2.1", "250 OK");
port.expect("GETINFO nope").reply('552 Unrecognized key "nope"');

await using tor = await connect({ control: port.address });
const address: string = await tor.control.getInfo("address");
const error = await tor.control.getInfo("nope").catch((error: unknown) => error);

// @ts-expect-error The declarations are found: a key is no number, and nothing is `any`.
const refused = () => tor.control.getInfo(7);

const key = OnionServiceKey.generate();

console.log(JSON.stringify({
  address,
  hostname: key.address.hostname.length,
  isTorError: error instanceof TorError,
  isItsClass: error instanceof UnrecognizedEntityError,
  refused: typeof refused,
}));
