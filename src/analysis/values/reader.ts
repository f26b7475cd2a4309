/** Reads a text character by character. */
export interface Reader {
  readonly start: number;
  /** The state after a character; `LOST`: nothing that follows can be accepted. */
  readonly next: (state: number, character: string) => number;
  readonly accepts: (state: number) => boolean;
  /** The state after which everything is accepted; absent: there is none. */
  readonly won?: number;
  /** The characters that it tells apart: any other is like any other. */
  readonly characters: readonly string[];
  /** It tells further characters apart: that no text was found proves nothing. */
  readonly isPartial?: boolean;
}

export const LOST = -1;
