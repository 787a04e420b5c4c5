// What a grader in JavaScript or TypeScript is written with: tables, options, scores, and how to refuse a submission.

/** The submission is at fault. Rows are counted from 0. What `validate` says participants may read. */
export class Refusal extends Error {
  constructor(message, row, column) {
    super(message);
    this.name = 'Refusal';
    this.row = row;
    this.column = column;
  }

  toString() {
    const place = [];
    if (this.column !== undefined) place.push(`column \`${this.column}\``);
    if (this.row !== undefined) place.push(`row ${this.row}`);
    return place.length ? `${place.join(', ')}: ${this.message}` : this.message;
  }
}

/** The answers, the options or the grader are at fault. */
export class Failure extends Error {
  constructor(message) {
    super(message);
    this.name = 'Failure';
  }
}

/** Ends the grading: the submission is at fault. */
export function refuse(message, row, column) {
  throw new Refusal(message, row, column);
}

/** What a submission is worth, with figures beside the score by name. */
export class Score {
  constructor(value, details = {}) {
    this.value = value;
    this.details = details;
  }
}

/** A column. `cells` has a value a row, null where it is missing: all of them booleans, numbers, bigints (whole numbers) or strings. */
export class Column {
  constructor(name, cells, ofAnswers = false) {
    this.name = name;
    this.cells = cells;
    this.ofAnswers = ofAnswers;
  }

  get length() {
    return this.cells.length;
  }

  /** Which cells are missing. */
  missing() {
    return Array.from(this.cells, (cell) => cell === null);
  }

  /** Numbers, NaN where a cell is missing; truth values are 1 and 0. Text is refused. */
  numbers() {
    return Float64Array.from(this.cells, (cell) => {
      if (typeof cell === 'string') this.#isNotOf('numbers');
      return cell === null ? NaN : Number(cell);
    });
  }

  /** Truth values, false where a cell is missing; of numbers, 1 is true and 0 false. Anything else is refused. */
  booleans() {
    return Array.from(this.cells, (cell) => {
      const number = typeof cell === 'string' ? NaN : Number(cell);
      if (number !== 0 && number !== 1) this.#isNotOf('truth values');
      return number === 1;
    });
  }

  /** Texts, empty where a cell is missing; whole numbers are spelled in decimal. Anything else is refused. */
  strings() {
    return Array.from(this.cells, (cell) => {
      if (cell === null) return '';
      if (typeof cell !== 'string' && typeof cell !== 'bigint') this.#isNotOf('text');
      return String(cell);
    });
  }

  #isNotOf(what) {
    if (this.ofAnswers) throw new Failure(`column \`${this.name}\` of the answers is not of ${what}`);
    throw new Refusal(`it is not of ${what}`, undefined, this.name);
  }
}

/** Columns of equal length. Row i of the submission answers the same question as row i of the answers. */
export class Table {
  /** Of an object from names to cells, as tests make it. */
  constructor(columns, rows, ofAnswers = false) {
    const entries = Object.entries(columns);
    this.columns = new Map(entries.map(([name, cells]) => [name, new Column(name, cells, ofAnswers)]));
    this.rows = rows ?? (entries.length ? entries[0][1].length : 0);
  }

  /** The column of that name. One that was not handed over is a failure. */
  column(name) {
    const column = this.columns.get(name);
    if (column === undefined) throw new Failure(`column \`${name}\` was not handed over`);
    return column;
  }
}

/** The options of a competition. One that is not set is the default, or a failure where there is none. */
export class Options {
  #settings;

  constructor(settings) {
    this.#settings = settings;
  }

  #get(name, fallback, is, convert = (value) => value) {
    const value = Object.hasOwn(this.#settings, name) ? this.#settings[name] : undefined;
    if (value === undefined) {
      if (fallback === undefined) throw new Failure(`option \`${name}\` is not set`);
      return fallback;
    }
    if (!is(value)) throw new Failure(`option \`${name}\` has another type than described`);
    return convert(value);
  }

  number(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'number' || typeof value === 'bigint', Number);
  }

  integer(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'bigint' || Number.isInteger(value), Number);
  }

  boolean(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'boolean');
  }

  string(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'string');
  }

  strings(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'object', (value) => Array.from(value));
  }

  numbers(name, fallback) {
    return this.#get(name, fallback, (value) => typeof value === 'object', (value) => Array.from(value));
  }
}

/** The mean of numbers, added in the order that numpy adds them in, so that the last bits are those of np.mean. NaN of none. */
export function mean(values) {
  return (0 + sum(values, 0, values.length)) / values.length;
}

// Pairwise over blocks of at most 128, each in eight running sums.
function sum(values, start, end) {
  const count = end - start;
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return sum(values, start, start + half) + sum(values, start + half, end);
  }
  let total = -0;
  let at = start;
  if (count >= 8) {
    const s = [];
    for (let lane = 0; lane < 8; lane++) s.push(values[at + lane]);
    for (at += 8; at + 8 <= end; at += 8) {
      for (let lane = 0; lane < 8; lane++) s[lane] += values[at + lane];
    }
    total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
  }
  for (; at < end; at++) total += values[at];
  return total;
}
