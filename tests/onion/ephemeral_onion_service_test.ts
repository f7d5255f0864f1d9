import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { ScriptedTor } from "./_publishing.ts";

const KEY = OnionServiceKey.generate();
const { serviceId } = KEY.address;
const QUICK = { ports: 80, awaitUploads: "none" } as const;

describe("an ephemeral onion service", () => {
  it("is taken back where Tor does not confirm a client", async () => {
    await using scripted = await ScriptedTor.start();
    const [alice, bob] = [OnionClientKey.generate(), OnionClientKey.generate()];
    const clients = { alice: alice.publicKey, bob: `${bob.publicKey}` };
    const command = `ADD_ONION NEW:ED25519-V3 Flags=V3Auth Port=80,127.0.0.1:80 ` +
      `ClientAuthV3=${alice.publicKey} ClientAuthV3=${bob.publicKey}`;
    const confirmed = `250-ClientAuthV3=${alice.publicKey}`;
    const reply = [`250-ServiceID=${serviceId}`, `250-PrivateKey=${KEY.toBlob()}`, confirmed];
    scripted.port.expect(command).reply(...reply, "250 OK");
    scripted.expectRemoved(KEY);
    await assert.rejects(
      scripted.tor.createOnionService({ ...QUICK, clients }),
      /Tor did not confirm the client "bob"/,
    );
    scripted.port.expect(command)
      .reply(...reply, `250-ClientAuthV3=${`${bob.publicKey}`.toLowerCase()}`, "250 OK");
    const service = await scripted.tor.createOnionService({ ...QUICK, clients });
    assert.deepEqual([...service.clients!.keys()], ["alice", "bob"]);
    assert.ok(service.privateKey?.equals(KEY));
  });

  it("is taken back where its address is not that of its key", async () => {
    await using scripted = await ScriptedTor.start();
    const other = OnionServiceKey.generate();
    for (const id of [other.address.serviceId, "no-address"]) {
      scripted.port.expect(/^ADD_ONION/).reply(`250-ServiceID=${id}`, "250 OK");
      scripted.port.expect(`DEL_ONION ${id}`).reply("250 OK");
      await assert.rejects(scripted.tor.createOnionService({ ...QUICK, privateKey: KEY }));
    }
  });

  it("has no key where that was to be forgotten", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.port.expect(/^ADD_ONION NEW:ED25519-V3 Flags=DiscardPK /)
      .reply(`250-ServiceID=${serviceId}`, "250 OK");
    scripted.expectRemoved(KEY);
    scripted.expectAdded(KEY);
    for (const privateKey of [undefined, KEY]) {
      const options = { ...QUICK, discardKey: true, privateKey };
      const service = await scripted.tor.createOnionService(options);
      assert.equal(service.privateKey, undefined);
      if (privateKey === undefined) await service.remove();
    }
  });

  it("can be removed again where Tor refused it once, and needs it once only", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(KEY);
    const service = await scripted.tor.createOnionService({ ...QUICK, privateKey: KEY });
    scripted.port.expect(/^DEL_ONION/).reply("551 Internal");
    await assert.rejects(service.remove(), { code: 551 });
    assert.equal(service.isRemoved, false);
    scripted.expectRemoved(KEY);
    await Promise.all([service.remove(), service.remove(), service.whenRemoved()]);
    await service.remove();
    assert.deepEqual(scripted.commands, ["ADD_ONION", "DEL_ONION", "DEL_ONION"]);
  });

  it("is gone when the connection that kept it is lost, though that is restored", async () => {
    await using scripted = await ScriptedTor.start({ reconnect: true });
    scripted.expectAdded(KEY);
    const service = await scripted.tor.createOnionService({ ...QUICK, privateKey: KEY });
    const removed = service.whenRemoved();
    await scripted.port.closeConnections();
    await removed;
    await service.remove();
    assert.deepEqual(scripted.commands, ["ADD_ONION"]);
  });
});
