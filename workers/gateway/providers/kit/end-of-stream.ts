/** The name of the event by which a reader tells of the end of a body that ended whole, where the provider marks no end. */
export const END_OF_STREAM = "gateway.end_of_stream";
