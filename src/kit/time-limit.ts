/** Settles as the work does, or rejects with the reason of the signal if that aborts first. */
export async function within<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const tooLate = new Promise<never>((_, fail) => {
    signal.addEventListener("abort", () => fail(signal.reason as Error));
  });
  return Promise.race([work, tooLate]);
}
