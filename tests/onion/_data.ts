import { readFileSync } from "node:fs";

/** A file that Tor 0.4.9.11 has written. */
export function torFile(name: string): Uint8Array {
  const url = new URL(`../data/tor-0.4.9.11-onion/${name}`, import.meta.url);
  return new Uint8Array(readFileSync(url));
}

/** The same as text. */
export function torText(name: string): string {
  return new TextDecoder().decode(torFile(name));
}

/** The services that ADD_ONION made with new keys: the id and the key of each. */
export function addedOnions(): { serviceId: string; blob: string }[] {
  return torText("add_onion.txt").trimEnd().split("\n").map((line) => {
    const [serviceId = "", blob = ""] = line.split(" ");
    return { serviceId, blob };
  });
}

/** The first test vector of RFC 8032: its public key, its secret key expanded, and its address. */
export const RFC_8032: { publicKey: string; secret: string; serviceId: string } = {
  publicKey: "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A",
  secret: "307C83864F2833CB427A2EF1C00A013CFDFF2768D980C0A3A520F006904DE94F" +
    "9B4F0AFE280B746A778684E75442502057B7473A03F08F96F5A38E9287E01F8F",
  serviceId: "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid",
};

/** The key pair of RFC 7748, section 5.2, after one iteration. */
export const RFC_7748 = {
  privateKey: "0900000000000000000000000000000000000000000000000000000000000000",
  publicKey: "422C8E7A6227D7BCA1350B3E2BB7279F7897B87BB6854B783C60E80311AE3079",
};
