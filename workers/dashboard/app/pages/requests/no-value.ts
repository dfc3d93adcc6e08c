/** What is booked to none has no value of its own in an address, where an empty one is none. */
export const NO_VALUE = "-";
