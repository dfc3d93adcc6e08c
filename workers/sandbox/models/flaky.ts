/**
 * Counts how often `flaky` has failed. With a `flaky_id` the first `fail_times` calls of that id fail and all later
 * ones succeed, whoever runs at the same time. Without one the caller's request id stands in, or all callers share one
 * count, and a success begins it anew: so one can try it twice by hand.
 */
export class FlakyCounts {
  readonly #failed = new Map<string, number>();

  /** Whether this call fails. */
  next(flaky_id: string | null, request_id: string | null, fail_times: number): "fail" | "succeed" {
    const key = flaky_id === null ? `request:${request_id ?? ""}` : `id:${flaky_id}`;
    const failed = this.#failed.get(key) ?? 0;
    if (failed < fail_times) {
      this.#failed.set(key, failed + 1);
      return "fail";
    }
    if (flaky_id === null) this.#failed.delete(key);
    return "succeed";
  }

  clear(): void {
    this.#failed.clear();
  }
}
