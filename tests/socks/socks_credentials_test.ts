import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeText } from "../../lib/codec/text.ts";
import {
  encodeSocksCredentials,
  type SocksCredentials,
} from "../../lib/socks/socks_credentials.ts";

/** The two fields of a message of RFC 1929. */
function decode(message: Uint8Array | undefined): [username: string, password: string] {
  assert.ok(message !== undefined);
  assert.equal(message[0], 1);
  const end = 2 + message[1]!;
  assert.equal(message.length, end + 1 + message[end]!);
  const decoder = new TextDecoder();
  return [decoder.decode(message.subarray(2, end)), decoder.decode(message.subarray(end + 1))];
}

describe("encodeSocksCredentials", () => {
  it("writes a username and a password", () => {
    const message = encodeSocksCredentials({ username: "ab", password: "é" });
    assert.deepEqual([...message!], [1, 2, 97, 98, 2, 0xc3, 0xa9]);
  });

  it("writes an isolation token as the password of Tor's own username", () => {
    const message = encodeSocksCredentials({ isolation: "https://www.example" });
    assert.deepEqual(decode(message), ["<torS0X>0", "https://www.example"]);
  });

  it("writes nothing where there is nothing", () => {
    assert.equal(encodeSocksCredentials({}), undefined);
    const none = { isolation: undefined, username: undefined, password: undefined };
    assert.equal(encodeSocksCredentials(none), undefined);
  });

  it("writes every text of 1 to 255 bytes", () => {
    const text = fc.string({ unit: "binary", minLength: 1 }).filter((text) => {
      const { length } = encodeText(text);
      return length <= 255 && !text.startsWith("<torS0X>");
    });
    fc.assert(fc.property(text, text, (username, password) => {
      assert.deepEqual(decode(encodeSocksCredentials({ username, password })), [
        username,
        password,
      ]);
      assert.equal(decode(encodeSocksCredentials({ isolation: password }))[1], password);
    }));
    const longest = "x".repeat(255);
    assert.equal(encodeSocksCredentials({ username: longest, password: longest })!.length, 513);
  });

  const REFUSED: [string, SocksCredentials, { name: string; message: RegExp }][] = [
    ["an empty username", { username: "", password: "x" }, {
      name: "RangeError",
      message: /^Cannot use a SOCKS username of 0 bytes: expected 1 to 255$/,
    }],
    ["an empty password", { username: "x", password: "" }, {
      name: "RangeError",
      message: /password of 0 bytes/,
    }],
    ["an empty token", { isolation: "" }, {
      name: "RangeError",
      message: /isolation token of 0 bytes/,
    }],
    ["a username of 256 bytes", { username: "é".repeat(128), password: "x" }, {
      name: "RangeError",
      message: /^[^é]*username of 256 bytes/,
    }],
    ["a password of 256 bytes", { username: "x", password: "s".repeat(256) }, {
      name: "RangeError",
      message: /^(?!.*sss).*password of 256 bytes/,
    }],
    ["a token of 256 bytes", { isolation: "s".repeat(256) }, {
      name: "RangeError",
      message: /^(?!.*sss).*token of 256 bytes/,
    }],
    ["a username without a password", { username: "x" }, { name: "TypeError", message: /without/ }],
    ["a password without a username", { password: "x" }, { name: "TypeError", message: /without/ }],
    ["a token and a username", { isolation: "x", username: "x" }, {
      name: "TypeError",
      message: /together/,
    }],
    ["a token and a password", { isolation: "x", password: "x" }, {
      name: "TypeError",
      message: /together/,
    }],
    ["Tor's own username", { username: "<torS0X>0", password: "x" }, {
      name: "TypeError",
      message:
        /^Cannot use a SOCKS username that begins with <torS0X>, which Tor keeps for itself$/,
    }],
    ["the beginning of Tor's usernames", { username: "<torS0X>", password: "x" }, {
      name: "TypeError",
      message: /torS0X/,
    }],
    ["half a character", { username: "\ud800", password: "x" }, {
      name: "TypeError",
      message: /lone surrogate/,
    }],
  ];
  for (const [what, credentials, error] of REFUSED) {
    it(`refuses ${what}`, () => assert.throws(() => encodeSocksCredentials(credentials), error));
  }
});
