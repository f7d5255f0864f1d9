import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { AddedOnion, OnionClientCredential } from "../../lib/control/commands/onion_secrets.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { addedOnions, torText } from "./_data.ts";

/** The inspection of the runtime itself, where it has one beside Node's. */
interface Inspectors {
  readonly Deno?: { inspect(value: unknown, options?: object): string };
  readonly Bun?: { inspect(value: unknown, options?: object): string };
}

/** All that a log may print of a value. */
function prints(value: unknown): string[] {
  const deep = { depth: null, showHidden: true, getters: true, maxArrayLength: null };
  const { Deno, Bun } = globalThis as Inspectors;
  return [
    String(value),
    JSON.stringify(value) ?? "",
    JSON.stringify(Object.getOwnPropertyDescriptors(value)),
    inspect(value),
    inspect(value, deep),
    inspect(value, { ...deep, customInspect: false, showProxy: true }),
    inspect({ nested: [value] }, deep),
    Deno?.inspect(value, deep) ?? "",
    Bun?.inspect(value, { depth: 100 }) ?? "",
  ];
}

/** The forms in which bytes may be printed: each is looked for by a part in the middle. */
function formsOf(bytes: Uint8Array): string[] {
  const part = [...bytes.subarray(8, 14)];
  return [part.join(","), part.map((byte) => byte.toString(16).padStart(2, "0")).join("")];
}

/** Whether a text shows a secret, however it is broken into lines and columns. */
function shows(text: string, secret: string): boolean {
  return text.replaceAll(/\s/g, "").toLowerCase().includes(secret.toLowerCase());
}

const service = OnionServiceKey.parse(addedOnions()[0]!.blob);
const { key: client } = OnionClientKey.parseAuthPrivate(torText("client.auth_private"));

const SECRETS: Record<string, { value: object; secrets: string[]; shown: string }> = {
  OnionServiceKey: {
    value: service,
    secrets: [service.toBlob().slice(20, 40), ...formsOf(service.toBytes())],
    shown: service.address.serviceId,
  },
  OnionClientKey: {
    value: client,
    secrets: [
      client.toControl().slice(12, 30),
      client.toBase32().slice(10, 30),
      ...formsOf(client.toBytes()),
    ],
    shown: `${client.publicKey}`,
  },
  AddedOnion: {
    value: new AddedOnion(service.address.serviceId, service.toBlob(), []),
    secrets: [service.toBlob().slice(20, 40)],
    shown: service.address.serviceId,
  },
  OnionClientCredential: {
    value: new OnionClientCredential(service.address.serviceId, client.toControl(), "bob", []),
    secrets: [client.toControl().slice(12, 30)],
    shown: "bob",
  },
};

describe("The keys", () => {
  for (const [name, { value, secrets, shown }] of Object.entries(SECRETS)) {
    it(`${name} shows what is public alone`, () => {
      for (const text of prints(value)) {
        for (const secret of secrets) {
          assert.ok(!shows(text, secret), text);
        }
      }
      assert.ok(JSON.stringify(value).includes(shown));
    });
  }

  it("would be found where they are printed", () => {
    const bytes = client.toBytes();
    for (const leak of [{ bytes }, { bytes: [...bytes] }, { text: client.toControl() }]) {
      const secrets = [...formsOf(bytes), client.toControl().slice(12, 30)];
      assert.ok(secrets.some((secret) => shows(inspect(leak), secret)));
    }
  });
});
