import { expect, test } from "vitest";
import { addressPrefix } from "../../../workers/dashboard/identity/address-prefix.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0::2", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["0:0:0:0:0:FFFF:203.0.113.7", "203.0.113.7"],
  ["not an address", "not an address"],
])("the party behind %s is %s", (address, prefix) => {
  expect(addressPrefix(address)).toBe(prefix);
});

test("one /64 is one party, and the next one is another", () => {
  const party = addressPrefix("2001:db8:1:2::1");
  expect(addressPrefix("2001:db8:1:2:abcd::9")).toBe(party);
  expect(addressPrefix("2001:db8:1:3::1")).not.toBe(party);
});
