import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAddressPolicy } from "../../lib/codec/address_policy.ts";

describe("isAddressPolicy", () => {
  it("knows rules with addresses, networks and ports", () => {
    for (
      const text of [
        "",
        "accept *",
        "accept 127.0.0.1",
        "reject6 [::1]",
        "accept [2001:db8::]/32",
        "accept 192.0.2.1, reject *",
        "accept *,",
        "accept\t192.0.2.0/255.255.255.0:80-90 ",
        "accept private:80",
      ]
    ) {
      assert.equal(isAddressPolicy(text), true, text);
    }
  });

  it("takes nothing else for a policy", () => {
    for (
      const text of [
        "a",
        "accept",
        "*",
        "192.0.2.1",
        "ACCEPT *",
        "accept private",
        "accept localhost",
        "accept ::1",
        "accept 192.0.2.1/33",
        "accept 192.0.2.1/255.0.255.0",
        "accept 192.0.2.1:0",
        "accept 192.0.2.1:80-",
        "accept 192.0.2.1:80-70",
        "accept 192.0.2.1 :80",
        "accept 192.0.2.1 reject *",
        "accept *,nonsense",
        "accept\u00a0*",
        "accept *\n",
        "accept * # all",
      ]
    ) {
      assert.equal(isAddressPolicy(text), false, text);
    }
  });
});
