import { ERRORS, type ErrorBody } from "../../../schema/kernel/errors.ts";

/** The status that an error inside a stream stands for: by our own code, or 500 for a provider's. */
export const errorStatusOf = ({ error }: ErrorBody): number => {
  const row = Object.entries(ERRORS).find(([code]) => code === error.code)?.[1];
  return row?.status ?? 500;
};
