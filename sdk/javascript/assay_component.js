// Between `grader.js` and the host: componentize-qjs makes a component of this. A grader has nothing to change here.

import * as grader from './grader.js';
import { Failure, Options, Refusal, Score, Table } from './assay.js';

const bit = (bits, row) => ((bits[row >> 3] >> (row & 7)) & 1) === 1;

// The contract has UTF-8, and there need not be a TextDecoder.
function decode(bytes, start, end) {
  let text = '';
  let ascii = [];
  for (let at = start; at < end; ) {
    const first = bytes[at];
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let point = length === 1 ? first : first & (0xff >> (length + 1));
    for (let next = 1; next < length; next++) point = (point << 6) | (bytes[at + next] & 0x3f);
    at += length;
    ascii.push(point);
    if (ascii.length === 4096) {
      text += String.fromCodePoint(...ascii);
      ascii = [];
    }
  }
  return text + String.fromCodePoint(...ascii);
}

function cells(column, rows) {
  const { tag, val } = column.values;
  let cells;
  if (tag === 'boolean') {
    cells = Array.from({ length: rows }, (_, row) => bit(val, row));
  } else if (tag === 'utf8') {
    cells = Array.from({ length: rows }, (_, row) => decode(val.bytes, val.offsets[row], val.offsets[row + 1]));
  } else {
    // Whole numbers are bigints, however the bindings hand them over.
    cells = tag === 'float64' ? val : Array.from(val, BigInt);
  }
  const bits = column.validity;
  if (bits === undefined || bits === null) return cells;
  return Array.from(cells, (cell, row) => (bit(bits, row) ? cell : null));
}

function table(from, ofAnswers) {
  return new Table(Object.fromEntries(from.columns.map((c) => [c.name, cells(c, from.rows)])), from.rows, ofAnswers);
}

const options = (from) => new Options(Object.fromEntries(from.map(([name, setting]) => [name, setting.val])));

let printed = '';
const print = (...values) => {
  printed += values.join(' ') + '\n';
};
globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };

// What went wrong and where, and what was printed: for the operator.
function failure(error) {
  let said = error instanceof Failure ? error.message : String(error);
  if (!(error instanceof Failure) && error?.stack) {
    const places = error.stack.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.includes('assay'));
    said = [said, ...places.slice(0, 3)].join('; ');
  }
  return printed ? `${said}; printed: ${printed.slice(-500)}` : said;
}

const problem = (refusal) => ({ message: refusal.message, row: refusal.row, column: refusal.column });

export const grading = {
  describe() {
    const { name, version, summary, direction, options = [] } = grader.description;
    const specs = options.map(({ name, kind, required = false, summary }) => ({ name, kind, required, summary }));
    return { name, version, summary, direction, options: specs };
  },

  validate(submission, given) {
    if (!grader.validate) return;
    let problems;
    try {
      problems = Array.from(grader.validate(table(submission, false), options(given)) ?? []);
    } catch (error) {
      if (error instanceof Refusal) problems = [error];
      else if (error instanceof Failure) problems = [new Refusal(error.message)];
      else problems = [new Refusal(`the grader failed to look at it: ${error?.name ?? 'error'}`)];
    }
    // A host takes no more.
    if (problems.length) throw problems.slice(0, 256).map(problem);
  },

  grade(submission, answers, given) {
    try {
      let score = grader.grade(table(submission, false), table(answers, true), options(given));
      if (!(score instanceof Score)) score = new Score(score);
      const details = Object.entries(score.details).map(([name, value]) => ({ name, value: Number(value) }));
      return { value: Number(score.value), details };
    } catch (error) {
      if (error instanceof Refusal) throw { tag: 'invalid-submission', val: error.toString() };
      throw { tag: 'failure', val: failure(error) };
    }
  },
};
