/** Something is under way. Its neighbour says what. */
export const Spinner = () => (
  <span
    aria-hidden="true"
    className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent"
  />
);
