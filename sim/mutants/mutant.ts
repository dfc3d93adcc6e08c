/** A bug put into a file of the product: `find` must be there exactly once, so that code which has moved is noticed. */
export interface Mutant {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}
