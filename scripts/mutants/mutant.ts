/** A bug put into a file of the product: `find` must be there exactly once, so that code which has moved is noticed. */
export interface Mutant {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The text with the bug. Throws when the place is not there, or not only there. */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`"${name}": ${file} has the text to replace ${parts.length - 1} times, not once`);
  }
  return parts.join(replace);
}
