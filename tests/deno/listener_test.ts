import assert from "node:assert/strict";
import { DenoListener } from "../../lib/runtime/deno_listener.ts";

const ADDRESS = { hostname: "127.0.0.1", port: 0 };

/** A listener that cannot accept so many times, since too many files are open. */
function exhausted(times: number): { listener: DenoListener; port: number; tries: () => number } {
  const real = Deno.listen(ADDRESS);
  let tries = 0;
  const accept = () =>
    ++tries <= times
      ? Promise.reject(Object.assign(new Error("Too many open files"), { code: "EMFILE" }))
      : real.accept();
  const fake = { addr: real.addr, accept, close: () => real.close() } as unknown;
  return {
    listener: new DenoListener(fake as Deno.TcpListener, ADDRESS),
    port: real.addr.port,
    tries: () => tries,
  };
}

Deno.test("a listener goes on when there are files again", async () => {
  const { listener, port, tries } = exhausted(2);
  const next = listener[Symbol.asyncIterator]().next();
  using _client = await Deno.connect({ port });
  const { value } = await next;
  assert.equal(tries(), 3);
  await value.close();
  await listener.close();
});

Deno.test("a listener ends while it waits for files", async () => {
  const { listener } = exhausted(Infinity);
  const next = listener[Symbol.asyncIterator]().next();
  await listener.close();
  assert.deepEqual(await next, { done: true, value: undefined });
});
