import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concatBytes, encodeText } from "../../lib/codec/text.ts";
import * as errors from "../../lib/errors/mod.ts";
import { SocksError, SocksProtocolError } from "../../lib/errors/mod.ts";
import type { SocksCredentials } from "../../lib/socks/socks_credentials.ts";
import { SocksHandshake, type SocksRequest } from "../../lib/socks/socks_handshake.ts";
import type { SocksReply } from "../../lib/socks/socks_reply.ts";
import { formatIpAddress } from "../../lib/util/ip_address.ts";
import { cut } from "../_support/decode_messages.ts";

const CONNECT: SocksRequest = { command: "CONNECT", host: "a.example", port: 80 };
const RESOLVE: SocksRequest = { command: "RESOLVE", host: "a.example" };
const RESOLVE_PTR: SocksRequest = { command: "RESOLVE_PTR", host: "192.0.2.7" };
const LOGIN: SocksCredentials = { username: "u", password: "p" };
const CONNECT_BYTES = [5, 1, 0, 3, 9, ...encodeText("a.example"), 0, 80];
const GRANTED = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/** A handshake that waits for the reply to its request. */
function asked(request: SocksRequest): SocksHandshake {
  const handshake = new SocksHandshake(request);
  assert.ok(handshake.push(Uint8Array.of(5, 0)));
  return handshake;
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("Nothing was thrown");
}

describe("SocksHandshake", () => {
  it("offers one method and asks once it is chosen", () => {
    const handshake = new SocksHandshake(CONNECT);
    assert.deepEqual([...handshake.greeting], [5, 1, 0]);
    assert.equal(handshake.missing, "The SOCKS port did not answer");
    assert.deepEqual([...handshake.push(Uint8Array.of(5, 0))!], CONNECT_BYTES);
    assert.equal(handshake.missing, "The SOCKS port did not connect to a.example:80");
    assert.equal(handshake.reply, undefined);
    assert.equal(handshake.push(Uint8Array.from(GRANTED)), undefined);
    assert.deepEqual(handshake.reply, {
      host: "0.0.0.0",
      isAddress: true,
      port: 0,
      rest: new Uint8Array(0),
    });
  });

  it("offers only username and password where it has them", () => {
    const handshake = new SocksHandshake(CONNECT, LOGIN);
    assert.deepEqual([...handshake.greeting], [5, 1, 2]);
    assert.deepEqual([...handshake.push(Uint8Array.of(5, 2))!], [1, 1, 117, 1, 112]);
    assert.equal(handshake.missing, "The SOCKS port did not answer");
    assert.deepEqual([...handshake.push(Uint8Array.of(1, 0))!], CONNECT_BYTES);
    handshake.push(Uint8Array.from(GRANTED));
    assert.ok(handshake.reply !== undefined);
  });

  const REQUESTS: [SocksRequest, number[], string][] = [
    [CONNECT, CONNECT_BYTES, "connect to a.example:80"],
    [
      { command: "CONNECT", host: "192.0.2.7", port: 65535 },
      [5, 1, 0, 1, 192, 0, 2, 7, 255, 255],
      "connect to 192.0.2.7:65535",
    ],
    [
      { command: "CONNECT", host: "::1", port: 443 },
      [5, 1, 0, 4, ...new Array(15).fill(0), 1, 1, 187],
      "connect to [::1]:443",
    ],
    [
      RESOLVE,
      [5, 0xf0, 0, 3, 9, ...encodeText("a.example"), 0, 0],
      "resolve a.example",
    ],
    [RESOLVE_PTR, [5, 0xf1, 0, 1, 192, 0, 2, 7, 0, 0], "find the name of 192.0.2.7"],
    [
      { command: "RESOLVE_PTR", host: "::1" },
      [5, 0xf1, 0, 4, ...new Array(15).fill(0), 1, 0, 0],
      "find the name of ::1",
    ],
  ];
  for (const [request, bytes, action] of REQUESTS) {
    it(`writes the request to ${action}`, () => {
      const handshake = new SocksHandshake(request);
      assert.deepEqual([...handshake.push(Uint8Array.of(5, 0))!], bytes);
      assert.equal(handshake.missing, `The SOCKS port did not ${action}`);
      const { message } = handshake.disconnected();
      assert.equal(
        message,
        `Cannot ${action} by SOCKS: the SOCKS port closed the connection without a reply`,
      );
    });
  }

  for (const port of [undefined, 0, -1, 65536, 1.5, NaN, Infinity, "80" as unknown as number]) {
    it(`refuses the port ${JSON.stringify(port)}`, () => {
      assert.throws(() => new SocksHandshake({ ...CONNECT, port }), RangeError);
    });
  }

  it("refuses to look for the name of what is no address", () => {
    assert.throws(() => new SocksHandshake({ ...RESOLVE_PTR, host: "a.example" }), {
      name: "TypeError",
      message: "Cannot find the name of a.example: expected an IP address",
    });
  });

  describe("reads the reply", () => {
    const REPLIES: [string, SocksRequest, number[], Omit<SocksReply, "rest">][] = [
      ["with IPv4", CONNECT, [5, 0, 0, 1, 192, 0, 2, 7, 1, 2], {
        host: "192.0.2.7",
        isAddress: true,
        port: 258,
      }],
      ["with IPv6", RESOLVE, [5, 0, 0, 4, ...new Array(15).fill(0), 1, 0, 0], {
        host: "::1",
        isAddress: true,
        port: 0,
      }],
      ["with a name", CONNECT, [5, 0, 0, 3, 1, 97, 0, 9], {
        host: "a",
        isAddress: false,
        port: 9,
      }],
      ["with an empty name", CONNECT, [5, 0, 0, 3, 0, 0, 9], {
        host: "",
        isAddress: false,
        port: 9,
      }],
      ["with the name that was looked for", RESOLVE_PTR, [5, 0, 0, 3, 3, 97, 46, 98, 0, 0], {
        host: "a.b",
        isAddress: false,
        port: 0,
      }],
    ];
    for (const [what, request, bytes, reply] of REPLIES) {
      it(`${what}, cut anywhere, with what comes behind it`, () => {
        const sent = Uint8Array.from([...bytes, 5, 0, 7]);
        for (let position = 0; position <= bytes.length; position++) {
          const handshake = asked(request);
          const rest: number[] = [];
          for (const chunk of cut(sent, position)) {
            if (handshake.reply !== undefined) rest.push(...chunk);
            else assert.equal(handshake.push(chunk), undefined);
          }
          assert.ok(handshake.reply !== undefined);
          const { rest: first, ...told } = handshake.reply;
          assert.deepEqual(told, reply);
          assert.deepEqual([...first, ...rest], [5, 0, 7]);
        }
      });

      it(`${what}, and knows where it is cut off`, () => {
        for (let length = 0; length < bytes.length; length++) {
          const handshake = asked(request);
          assert.equal(handshake.push(Uint8Array.from(bytes.slice(0, length))), undefined);
          assert.equal(handshake.reply, undefined);
          const error = handshake.disconnected();
          assert.equal(error.name, "SocksDisconnectedError");
          assert.match(error.message, length === 0 ? /without a reply$/ : /in the midst of its/);
        }
      });
    }
  });

  describe("knows the code", () => {
    const CODES: [number, string, string][] = [
      [0x01, "SocksGeneralFailureError", "general failure (01)"],
      [0x02, "SocksNotAllowedError", "not allowed by the rules (02)"],
      [0x03, "SocksNetworkUnreachableError", "network unreachable (03)"],
      [0x04, "SocksHostUnreachableError", "host unreachable (04)"],
      [0x05, "SocksConnectionRefusedError", "connection refused (05)"],
      [0x06, "SocksTtlExpiredError", "TTL expired (06)"],
      [0x07, "SocksCommandNotSupportedError", "command not supported (07)"],
      [0x08, "SocksAddressTypeNotSupportedError", "address type not supported (08)"],
      [0xf0, "OnionDescriptorNotFoundError", "onion service descriptor not found (F0)"],
      [0xf1, "OnionDescriptorInvalidError", "onion service descriptor invalid (F1)"],
      [0xf2, "OnionIntroductionFailedError", "onion service introduction failed (F2)"],
      [0xf3, "OnionRendezvousFailedError", "onion service rendezvous failed (F3)"],
      [0xf4, "OnionClientAuthMissingError", "onion service needs client authorization (F4)"],
      [
        0xf5,
        "OnionClientAuthWrongError",
        "wrong client authorization for the onion service (F5)",
      ],
      [0xf6, "BadOnionAddressError", "bad onion address (F6)"],
      [0xf7, "OnionIntroductionTimedOutError", "onion service introduction timed out (F7)"],
      [0x09, "SocksError", "unknown reply code (09)"],
      [0xf8, "SocksError", "unknown reply code (F8)"],
      [0xff, "SocksError", "unknown reply code (FF)"],
    ];
    for (const [code, name, meaning] of CODES) {
      it(`${code.toString(16)}: ${name}`, () => {
        // With an address, as RFC 1928 has it; with one of type 0, as Tor has it; and without.
        for (const tail of [[0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], []]) {
          for (const position of [0, 1, 2]) {
            const handshake = asked(CONNECT);
            const [first, second] = cut(Uint8Array.of(5, code, ...tail), position);
            const error = thrown(() => {
              handshake.push(first!);
              handshake.push(second!);
            });
            assert.ok(error instanceof SocksError);
            assert.equal(error.name, name);
            assert.equal(error.constructor, errors[name as keyof typeof errors]);
            assert.equal(error.message, `Cannot connect to a.example:80 by SOCKS: ${meaning}`);
            const { command, host, port } = error;
            assert.deepEqual({ command, host, port, code: error.code }, { ...CONNECT, code });
          }
        }
      });
    }

    it("of every kind of request", () => {
      const resolve = thrown(() => asked(RESOLVE).push(Uint8Array.of(5, 4)));
      assert.match(
        String(resolve),
        /: Cannot resolve a\.example by SOCKS: host unreachable \(04\)$/,
      );
      const reverse = thrown(() => asked(RESOLVE_PTR).push(Uint8Array.of(5, 4)));
      assert.match(String(reverse), /: Cannot find the name of 192\.0\.2\.7 by SOCKS: host unrea/);
      assert.equal((reverse as SocksError).port, undefined);
    });
  });

  describe("refuses the method", () => {
    for (const method of [0x01, 0x02, 0x03, 0x80, 0xff]) {
      it(`${method} where none is needed`, () => {
        const error = thrown(() => new SocksHandshake(CONNECT).push(Uint8Array.of(5, method)));
        assert.ok(error instanceof errors.SocksNoAcceptableMethodError);
        assert.match(error.message, /the SOCKS port asks for authentication \([0-9A-F]{2}\)$/);
        assert.equal(error.code, undefined);
      });
    }
    for (const method of [0x00, 0x01, 0xff]) {
      it(`${method} where there is a password`, () => {
        const handshake = new SocksHandshake(CONNECT, LOGIN);
        const error = thrown(() => handshake.push(Uint8Array.of(5, method)));
        assert.ok(error instanceof errors.SocksNoAcceptableMethodError);
        assert.match(error.message, /the SOCKS port takes no username and password/);
      });
    }
  });

  it("knows that the username and password were refused, as RFC 1929 has it and as Tor does", () => {
    for (const answer of [[1, 1], [1, 255], [5, 1, 0, 1, 0, 0, 0, 0, 0, 0]]) {
      const handshake = new SocksHandshake(CONNECT, { username: "me", password: "hidden" });
      handshake.push(Uint8Array.of(5, 2));
      assert.equal(handshake.push(Uint8Array.from(answer.slice(0, 1))), undefined);
      const error = thrown(() => handshake.push(Uint8Array.from(answer.slice(1))));
      assert.ok(error instanceof errors.SocksAuthenticationError);
      assert.match(error.message, /refused the username and password \((01|FF)\)$/);
      assert.doesNotMatch(JSON.stringify(error) + error.stack, /hidden/);
    }
  });

  describe("knows a peer that is none by its first bytes", () => {
    const PEERS: [string, RegExp][] = [
      ["HTTP/1.1 400 Bad Request\r\n\r\n", /: an HTTP server answers here, not a SOCKS port$/],
      ["H", /HTTP/],
      ["SSH-2.0-OpenSSH_9.2\r\n", /: an SSH server answers here, not a SOCKS port$/],
      ["SS", /SSH/],
      ["514 Authentication required.\r\n", /: a control port answers here, not a SOCKS port$/],
      ["510 Unrecognized command", /control port/],
      ["650 CIRC 1 BUILT\r\n", /control port/],
      ["220 mail.example ESMTP\r\n", /: what answers here is not SOCKS5: "220 mail\.example"$/],
      ["\0\x5b\0\0\0\0\0\0", /: a SOCKS4 port answers here, not SOCKS5: 005B000000000000$/],
      ["\x04", /SOCKS4/],
      ["\x15\x03\x01\0\x02\x02\x16", /: a TLS server answers here, not a SOCKS port: 1503010002/],
      ["\udcff\udcfe", /: what answers here is not SOCKS5: FFFE$/],
      ["\x06", /not SOCKS5: 06$/],
    ];
    for (const [text, message] of PEERS) {
      it(JSON.stringify(text), () => {
        const bytes = encodeText(text);
        const error = thrown(() => new SocksHandshake(CONNECT).push(bytes));
        assert.ok(error instanceof SocksProtocolError);
        assert.match(error.message, message);
        assert.match(error.message, /^Cannot connect to a\.example:80 by SOCKS: /);
        assert.deepEqual(error.received, bytes);
      });
    }

    it("and keeps no more than 64 of them", () => {
      const error = thrown(() => new SocksHandshake(CONNECT).push(new Uint8Array(1e6)));
      assert.ok(error instanceof SocksProtocolError);
      assert.equal(error.received.length, 64);
    });
  });

  describe("refuses", () => {
    const WRONG: [string, SocksRequest, SocksCredentials, number[][], RegExp][] = [
      ["bytes before they are due", CONNECT, {}, [[5, 0, 5, 0]], /sent 2 bytes before they were/],
      ["a reply before its request", CONNECT, LOGIN, [[5, 2], [1, 0, ...GRANTED]], /sent 10 bytes/],
      ["another version of RFC 1929", CONNECT, LOGIN, [[5, 2], [2, 0]], /to the username is not/],
      ["no authentication after all", CONNECT, LOGIN, [[5, 2], [5, 0, 0]], /skipped the authent/],
      ["another version in the reply", CONNECT, {}, [[5, 0], [4, 0]], /its reply is not SOCKS5/],
      ["an address type 0", CONNECT, {}, [[5, 0], [5, 0, 0, 0]], /address of the unknown type 0/],
      ["an address type 2", CONNECT, {}, [[5, 0], [5, 0, 0, 2]], /address of the unknown type 2/],
      ["a name for RESOLVE", RESOLVE, {}, [[5, 0], [5, 0, 0, 3, 1, 97, 0, 0]], /a name instead/],
      ["an address for RESOLVE_PTR", RESOLVE_PTR, {}, [[5, 0], GRANTED], /not a host name/],
      ["no name for RESOLVE_PTR", RESOLVE_PTR, {}, [[5, 0], [5, 0, 0, 3, 0, 0, 0]], /not a host/],
      ["a space in a name", RESOLVE_PTR, {}, [[5, 0], [5, 0, 0, 3, 1, 32, 0, 0]], /not a host/],
      ["a line in a name", RESOLVE_PTR, {}, [[5, 0], [5, 0, 0, 3, 2, 97, 10, 0, 0]], /not a host/],
      ["a name of other bytes", RESOLVE_PTR, {}, [[5, 0], [5, 0, 0, 3, 1, 255, 0, 0]], /not a ho/],
    ];
    for (const [what, request, credentials, chunks, message] of WRONG) {
      it(what, () => {
        const handshake = new SocksHandshake(request, credentials);
        const last = Uint8Array.from(chunks.at(-1)!);
        for (const chunk of chunks.slice(0, -1)) handshake.push(Uint8Array.from(chunk));
        const error = thrown(() => handshake.push(last));
        assert.ok(error instanceof SocksProtocolError, String(error));
        assert.match(error.message, message);
        assert.deepEqual(error.received, last);
        assert.equal(handshake.reply, undefined);
      });
    }

    it("to go on once it is over", () => {
      const failed = new SocksHandshake(CONNECT);
      thrown(() => failed.push(Uint8Array.of(5, 255)));
      assert.throws(() => failed.push(Uint8Array.of(5, 0)), TypeError);
      const done = asked(CONNECT);
      done.push(Uint8Array.from(GRANTED));
      assert.throws(() => done.push(Uint8Array.of(1)), TypeError);
    });
  });

  it("tells at which step the connection ended, and why", () => {
    const cause = new Error("reset");
    const handshake = new SocksHandshake(CONNECT, LOGIN);
    assert.match(
      handshake.disconnected(cause).message,
      /closed the connection before it answered$/,
    );
    assert.equal(new SocksHandshake(CONNECT).disconnected(cause).cause, cause);
    assert.equal("cause" in new SocksHandshake(CONNECT).disconnected(), false);
    const login = new SocksHandshake(CONNECT, LOGIN);
    login.push(Uint8Array.of(5, 2));
    assert.match(login.disconnected().message, /instead of taking the username and password$/);
  });

  it("keeps no hold of the chunks that it is given", () => {
    const handshake = asked(CONNECT);
    const chunk = Uint8Array.of(5);
    handshake.push(chunk);
    chunk[0] = 9;
    handshake.push(Uint8Array.from(GRANTED.slice(1)));
    assert.ok(handshake.reply !== undefined);
  });

  const anyRequest = fc.constantFrom(CONNECT, RESOLVE, RESOLVE_PTR);
  const anyCredentials = fc.constantFrom<SocksCredentials>({}, LOGIN);

  it("reads what any server grants, in whatever pieces it comes", () => {
    const host = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    const data = fc.uint8Array({ maxLength: 40 });
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 30 }));
    fc.assert(fc.property(host, fc.nat(65535), data, sizes, (host, port, data, sizes) => {
      const handshake = asked(CONNECT);
      const type = host.length === 4 ? 1 : 4;
      const head = Uint8Array.of(5, 0, 0, type, ...host, port >> 8, port & 255);
      const sent = concatBytes([head, data]);
      const stream: number[] = [];
      for (let position = 0; position < sent.length;) {
        const end = position + (sizes.next().value as number);
        const chunk = sent.slice(position, end);
        if (handshake.reply !== undefined) stream.push(...chunk);
        else handshake.push(chunk);
        position = end;
      }
      assert.ok(handshake.reply !== undefined);
      const { rest, ...reply } = handshake.reply;
      assert.deepEqual(reply, { host: formatIpAddress(host), isAddress: true, port });
      assert.deepEqual([...rest, ...stream], [...data]);
    }));
  });

  it("throws nothing but SocksErrors, whatever comes", () => {
    // Bytes that get far: versions, codes and address types more often than others.
    const byte = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 5, 0, 0, 0xff), fc.nat(255));
    const chunk = fc.array(byte, { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes));
    const begin = fc.constantFrom(
      [],
      [[5, 0]],
      [[5, 0], [5, 0, 0, 1]],
      [[5, 2], [1, 0]],
      [[5, 2], [1, 0], [5, 0, 0, 3]],
    );
    const chunks = fc.tuple(begin, fc.array(chunk, { maxLength: 5 }))
      .map(([begin, chunks]) => [...begin.map((bytes) => Uint8Array.from(bytes)), ...chunks]);
    let granted = 0;
    fc.assert(
      fc.property(anyRequest, anyCredentials, chunks, (request, credentials, chunks) => {
        const handshake = new SocksHandshake(request, credentials);
        try {
          for (const chunk of chunks) {
            if (handshake.reply === undefined) handshake.push(chunk);
          }
          if (handshake.reply !== undefined) granted++;
          else assert.ok(handshake.disconnected() instanceof SocksError);
        } catch (error) {
          assert.ok(error instanceof SocksError, String(error));
        }
      }),
      { numRuns: 5000 },
    );
    assert.ok(granted > 0, "The bytes never got to the end");
  });
});
