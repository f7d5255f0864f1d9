import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { torrcOptions } from "../../lib/launch/torrc.ts";
import { formatTorrc } from "../../lib/testing/torrc.ts";

describe("formatTorrc", () => {
  it("writes options in order, repeated ones once for each value", () => {
    assert.equal(
      formatTorrc({ SocksPort: [9050, "auto"], Nickname: "x", ServerDNSTestAddresses: "" }),
      "SocksPort 9050\nSocksPort auto\nNickname x\nServerDNSTestAddresses \n",
    );
  });

  it("joins texts and options, each on lines of its own", () => {
    assert.equal(formatTorrc("A 1", "", { B: 2 }, "C 3\n", "# D"), "A 1\nB 2\nC 3\n# D\n");
  });

  it("takes the prefixes of list options", () => {
    assert.equal(formatTorrc({ "+Log": "notice stdout" }), "+Log notice stdout\n");
    assert.equal(formatTorrc({ __OwningControllerProcess: 1 }), "__OwningControllerProcess 1\n");
  });

  for (const value of ["1\nControlPort 9051", "1\r", "a\0b"]) {
    it(`refuses the value ${JSON.stringify(value)}`, () => {
      assert.throws(() => formatTorrc({ Nickname: ["x", value] }), TypeError);
    });
  }

  for (const name of ["", "/A", "A B", "A\n", "1A", "#A"]) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      assert.throws(() => formatTorrc({ [name]: 1 }), TypeError);
    });
  }

  it("quotes what would mean something else", () => {
    const values = ["/a b", "/a#b", '"a" \\b', " a", "a ", "a\\", 'unix:"/a b"'];
    assert.equal(
      formatTorrc({ Log: values, AvoidDiskWrites: true }),
      'Log /a b\nLog "/a#b"\nLog "\\"a\\" \\\\b"\nLog " a"\nLog "a "\nLog "a\\\\"\n' +
        'Log unix:"/a b"\nAvoidDiskWrites 1\n',
    );
    assert.deepEqual(torrcOptions(formatTorrc({ Log: values })).map(([, value]) => value), values);
  });
});
