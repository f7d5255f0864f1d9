import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LimitExceededError } from "../../lib/errors/mod.ts";
import { AsyncQueue } from "../../lib/util/async_queue.ts";

function queueOf(limit = 100, onClose: () => void = () => {}): AsyncQueue<number> {
  return new AsyncQueue<number>({ limit, limitName: "theLimit", onClose });
}

async function collect(queue: AsyncQueue<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

describe("AsyncQueue", () => {
  it("gives what was pushed before and after the reader came, in order", async () => {
    const queue = queueOf();
    queue.push(1);
    const first = queue.next();
    const second = queue.next();
    queue.push(2);
    queue.push(3);
    queue.close();
    assert.deepEqual([(await first).value, (await second).value], [1, 2]);
    assert.deepEqual(await collect(queue), [3]);
  });

  it("keeps order and forgets what was read, over many items", async () => {
    const queue = queueOf(10_000);
    const read: number[] = [];
    let pushed = 0;
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 300; i++) queue.push(pushed++);
      for (let i = 0; i < 250; i++) read.push((await queue.next()).value!);
    }
    assert.equal(queue.size, 50 * 50);
    queue.close();
    read.push(...await collect(queue));
    assert.deepEqual(read, Array.from({ length: pushed }, (_, i) => i));
  });

  it("fails past its limit, after what was waiting, and names the limit", async () => {
    let closed = 0;
    const queue = queueOf(2, () => closed++);
    queue.push(1);
    queue.push(2);
    queue.push(3);
    queue.push(4);
    assert.equal(closed, 1);
    assert.equal((await queue.next()).value, 1);
    assert.equal((await queue.next()).value, 2);
    await assert.rejects(queue.next(), (error) => {
      assert.ok(error instanceof LimitExceededError);
      assert.equal(error.limitName, "theLimit");
      assert.match(error.message, /2 unread items \(theLimit\)/);
      return true;
    });
    assert.equal((await queue.next()).done, true);
  });

  it("ends for everyone who waits", async () => {
    const queue = queueOf();
    const waits = [queue.next(), queue.next()];
    queue.close();
    assert.deepEqual((await Promise.all(waits)).map(({ done }) => done), [true, true]);
    queue.push(1);
    assert.equal((await queue.next()).done, true);
  });

  it("rejects whoever waits, with the error that it is failed with", async () => {
    const queue = queueOf();
    const error = new Error("lost");
    const wait = assert.rejects(queue.next(), error);
    queue.fail(error);
    await wait;
  });

  it("tells the producer once that the reader left, and drops what waits", async () => {
    let closed = 0;
    const queue = queueOf(100, () => closed++);
    queue.push(1);
    queue.push(2);
    for await (const item of queue) {
      assert.equal(item, 1);
      break;
    }
    await queue.return();
    assert.equal(closed, 1);
    assert.equal(queue.size, 0);
    assert.equal((await queue.next()).done, true);
  });
});
