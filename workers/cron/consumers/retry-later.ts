/** Seconds before a message comes back, by how often it has been delivered; the last one holds for all that follow. */
const BACK_OFF_SECONDS = [2, 5, 15, 60, 300, 900] as const;
const LONGEST_SECONDS = 900;

/** Gives a message back to the queue: soon at first, every quarter of an hour in the end. */
export function retryLater(message: Pick<Message, "attempts" | "retry">): void {
  message.retry({ delaySeconds: BACK_OFF_SECONDS[message.attempts - 1] ?? LONGEST_SECONDS });
}
