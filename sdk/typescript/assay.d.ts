// The types of assay.js.

/** The submission is at fault. Rows are counted from 0. What `validate` says participants may read. */
export class Refusal extends Error {
  constructor(message: string, row?: number, column?: string);
  readonly row?: number;
  readonly column?: string;
}

/** The answers, the options or the grader are at fault. */
export class Failure extends Error {
  constructor(message: string);
}

/** Ends the grading: the submission is at fault. */
export function refuse(message: string, row?: number, column?: string): never;

/** What a submission is worth, with figures beside the score by name. */
export class Score {
  constructor(value: number, details?: Record<string, number>);
  readonly value: number;
  readonly details: Record<string, number>;
}

/** A cell of a column; null where it is missing. Whole numbers are bigints. */
export type Cell = boolean | number | bigint | string | null;

/** A column. */
export class Column {
  readonly name: string;
  readonly cells: ArrayLike<Cell>;
  readonly length: number;
  /** Which cells are missing. */
  missing(): boolean[];
  /** Numbers, NaN where a cell is missing; truth values are 1 and 0. Text is refused. */
  numbers(): Float64Array;
  /** Truth values, false where a cell is missing; of numbers, 1 is true and 0 false. Anything else is refused. */
  booleans(): boolean[];
  /** Texts, empty where a cell is missing; whole numbers are spelled in decimal. Anything else is refused. */
  strings(): string[];
}

/** Columns of equal length. Row i of the submission answers the same question as row i of the answers. */
export class Table {
  /** Of an object from names to cells, as tests make it. */
  constructor(columns: Record<string, Cell[]>);
  readonly columns: ReadonlyMap<string, Column>;
  readonly rows: number;
  /** The column of that name. One that was not handed over is a failure. */
  column(name: string): Column;
}

/** The options of a competition. One that is not set is the default, or a failure where there is none. */
export class Options {
  constructor(settings: Record<string, unknown>);
  number(name: string, fallback?: number): number;
  integer(name: string, fallback?: number): number;
  boolean(name: string, fallback?: boolean): boolean;
  string(name: string, fallback?: string): string;
  strings(name: string, fallback?: string[]): string[];
  numbers(name: string, fallback?: number[]): number[];
}

/** An option that the grader takes. `column` and `columns` name columns that the host hands over. */
export interface OptionSpec {
  name: string;
  kind: 'boolean' | 'integer' | 'number' | 'text' | 'texts' | 'numbers' | 'column' | 'columns';
  /** False: the grader has a default, which `summary` states. */
  required?: boolean;
  /** One sentence for the people who write competitions. */
  summary: string;
}

/** What the grader is. */
export interface Description {
  /** Lower-case words with hyphens. */
  name: string;
  /** Another version may give another score. */
  version: string;
  /** What it computes, with the source of the formula. */
  summary: string;
  direction: 'higher-is-better' | 'lower-is-better';
  options?: OptionSpec[];
}

/** The mean of numbers, in the order that numpy adds them in. */
export function mean(values: ArrayLike<number>): number;
