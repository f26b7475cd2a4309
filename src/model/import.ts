// A log that comes from elsewhere: `npm run rules import` makes rows of an export, and a location that is empty takes them
// part by part. Until the last one is there it takes no events and sends nothing.

/** Rows by their tables, as an export has them. */
export interface MovedRows {
  readonly [table: string]: readonly MovedRow[];
}

/** The columns of a row; one that is left out has its default. */
export interface MovedRow {
  readonly [column: string]: string | number | null;
}

/** A part of what is imported. */
export interface ImportPart {
  /** Names what is imported, so that nothing else is mixed in. */
  readonly file: string;
  /** How many rows came before it, and how many are there with it. */
  readonly from: number;
  readonly to: number;
  /** Whether it is the last one: from then on the location is as any other. */
  readonly isLast: boolean;
  /** Of which version its tables are. */
  readonly tables: number;
  readonly rows: MovedRows;
}

/** How far an import has come. */
export interface ImportState {
  readonly file: string;
  /** How many rows are there. */
  readonly at: number;
  /** ISO 8601, UTC: when it began. */
  readonly since: string;
  readonly isDone: boolean;
}
