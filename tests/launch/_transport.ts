// A pluggable transport's client side, run by Tor (pt-spec, version 1): a SOCKS5 server that connects
// straight on. It appends a line to the file of its argument for each connection: target and arguments.
import { appendFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";

const record = process.argv[2]!;
const names = process.env["TOR_PT_CLIENT_TRANSPORTS"]!.split(",");
const state = process.env["TOR_PT_STATE_LOCATION"]!;

const server = createServer((socket) => {
  socket.on("error", () => {});
  serve(socket).catch(() => socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  appendFileSync(record, `started by ${process.pid} for ${state}\n`);
  process.stdout.write("VERSION 1\n");
  for (const name of names) process.stdout.write(`CMETHOD ${name} socks5 127.0.0.1:${port}\n`);
  process.stdout.write("CMETHODS DONE\n");
});
// Tor closes it when the transport is to end (TOR_PT_EXIT_ON_STDIN_CLOSE).
process.stdin.on("end", () => process.exit());
process.stdin.resume();

/** Speaks SOCKS5 (RFC 1928), with the arguments as user name and password (RFC 1929), then relays. */
async function serve(socket: Socket): Promise<void> {
  const take = reader(socket);
  const [, methods] = await take(2);
  const offered = await take(methods!);
  const withArguments = offered.includes(2);
  socket.write(Uint8Array.of(5, withArguments ? 2 : 0));
  let given = "";
  if (withArguments) {
    const user = (await take((await take(2))[1]!)).toString();
    const password = (await take((await take(1))[0]!)).toString();
    given = user + password.replace("\0", "");
    socket.write(Uint8Array.of(1, 0));
  }
  const request = await take(10); // an IPv4 address: bridges have no names
  const host = [...request.subarray(4, 8)].join(".");
  const port = request.readUInt16BE(8);
  appendFileSync(record, `connects to ${host}:${port} with ${given}\n`);
  const onward = connect(port, host, () => {
    socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

/** Takes exactly so many bytes at a time. */
function reader(socket: Socket): (length: number) => Promise<Uint8Array & Buffer> {
  return (length) =>
    new Promise((resolve, reject) => {
      const attempt = () => {
        const bytes = socket.read(length);
        if (bytes === null) return;
        socket.off("readable", attempt);
        socket.off("close", reject);
        resolve(bytes);
      };
      socket.on("readable", attempt);
      socket.once("close", reject);
      attempt();
    });
}
