/**
 * What of an address is one party: all of IPv4, the first 64 bits of IPv6, since whoever has one IPv6 address has all of
 * its /64. An IPv4 address inside of IPv6 is that IPv4 address. Text that is no address stands for itself.
 */
export function addressPrefix(address: string): string {
  if (!address.includes(":")) return address;
  const embedded = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
