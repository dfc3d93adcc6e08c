/** Stands in for a type of the runtime's of which only some members are used. Asking for any other is a failure. */
export function standIn<T extends object>(members: Partial<T>): T {
  const known: T = Object.assign(JSON.parse("{}"), members);
  return new Proxy(known, {
    get(target, name, receiver) {
      // A promise that is resolved with it asks whether it is one.
      if (name !== "then" && !(name in target)) throw new Error(`the simulation has no ${String(name)}`);
      return Reflect.get(target, name, receiver);
    },
  });
}
