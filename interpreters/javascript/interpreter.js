// The grader that runs graders written in JavaScript: the competition hands over the source.
//
// A source defines `score(solution, submission, rowIdColumnName, options)`, in the order that Kaggle's metrics have, with tables that are
// objects of columns: `solution.target[0]`. A missing cell is null; whole numbers beyond 2^53 are bigints. Or it defines
// `grade(submission, answers, options)` with the tables of the SDK. It may define `validate(submission, options)`, which sees the submission
// alone. `Refusal`, `Failure`, `Score` and `refuse` are there without an import; there are no modules, clocks or random numbers.

import { Failure, Options, Refusal, Score, Table, refuse } from './assay.js';

const summary =
  'Runs the grader in JavaScript whose source the competition names: a function score(solution, submission, rowIdColumnName, options), or ' +
  'grade(submission, answers, options).';

const bit = (bits, row) => ((bits[row >> 3] >> (row & 7)) & 1) === 1;

// The contract has UTF-8, and there need not be a TextDecoder.
function decode(bytes, start, end) {
  let text = '';
  let points = [];
  for (let at = start; at < end; ) {
    const first = bytes[at];
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let point = length === 1 ? first : first & (0xff >> (length + 1));
    for (let next = 1; next < length; next++) point = (point << 6) | (bytes[at + next] & 0x3f);
    at += length;
    points.push(point);
    if (points.length === 4096) {
      text += String.fromCodePoint(...points);
      points = [];
    }
  }
  return text + String.fromCodePoint(...points);
}

const whole = (cell) => (Number.isSafeInteger(Number(cell)) ? Number(cell) : BigInt(cell));

function cells(column, rows, integer) {
  const { tag, val } = column.values;
  let cells;
  if (tag === 'boolean') cells = Array.from({ length: rows }, (_, row) => bit(val, row));
  else if (tag === 'utf8') cells = Array.from({ length: rows }, (_, row) => decode(val.bytes, val.offsets[row], val.offsets[row + 1]));
  else cells = tag === 'float64' ? Array.from(val) : Array.from(val, integer);
  const bits = column.validity;
  if (bits === undefined || bits === null) return cells;
  return cells.map((cell, row) => (bit(bits, row) ? cell : null));
}

const columns = (table, integer) => Object.fromEntries(table.columns.map((c) => [c.name, cells(c, table.rows, integer)]));
const frame = (table) => columns(table, whole);
const tableOf = (table, ofAnswers) => new Table(columns(table, BigInt), table.rows, ofAnswers);

let printed = '';
const print = (...values) => {
  printed += values.map(String).join(' ') + '\n';
};
globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };

const notThere = (name) => () => {
  throw new Failure(`there is no ${name} for graders as source: the same inputs give the same score`);
};
Math.random = notThere('Math.random');
Date.now = notThere('Date.now');

const EXPORTS = ['score', 'grade', 'validate', 'DIRECTION'];
let source;

// Runs the source, once in each instance.
function run(given) {
  if (source?.names) return source;
  const settings = Object.fromEntries(given.map(([name, setting]) => [name, setting.val]));
  source = { ...settings, parameters: JSON.parse(settings.parameters) };
  // Function bodies know no modules. What a source exports it has at hand anyway.
  const body = settings.source.replace(/^export (default )?(?=(async |function|const|let|var|class))/gm, '');
  const all = EXPORTS.map((name) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`).join(', ');
  const names = new Function('Refusal', 'Failure', 'Score', 'refuse', `${body}\nreturn { ${all} };`)(Refusal, Failure, Score, refuse);
  const declared = names.DIRECTION ?? source.direction;
  if (declared !== source.direction) {
    throw new Failure(`DIRECTION is ${declared} once ${source.file} ran, and ${source.direction} where it is declared`);
  }
  source.names = names;
  return source;
}

// The lines before those of the source in what `new Function` makes.
const BEFORE = (() => {
  try {
    new Function('a', 'throw new Error()')();
  } catch (error) {
    const line = /:(\d+)/.exec(error.stack ?? '');
    return line ? Number(line[1]) - 1 : 0;
  }
  return 0;
})();

function failure(error) {
  let said = error instanceof Failure ? error.message : String(error);
  if (!(error instanceof Failure) && error?.stack && source) {
    const lines = source.source.split('\n');
    const places = [];
    for (const [, name, at] of error.stack.matchAll(/at (\S+) \(<input>:(\d+)/g)) {
      const line = Number(at) - BEFORE;
      if (line >= 1 && line <= lines.length) places.push(`${source.file}:${line} in ${name}: ${lines[line - 1].trim()}`);
    }
    said = [said, ...places.slice(0, 3)].join('; ');
  }
  return printed ? `${said}; printed: ${printed.slice(-500)}` : said;
}

const refuses = (error) => error instanceof Refusal || error?.name === 'ParticipantVisibleError' || error?.constructor?.name === 'ParticipantVisibleError';
const spec = (name, kind, text) => ({ name, kind, required: true, summary: text });

export const grading = {
  describe() {
    return {
      name: 'javascript',
      version: '0.1.0',
      summary,
      direction: 'higher-is-better',
      options: [
        spec('source', 'text', 'The source.'),
        spec('file', 'text', 'What its file is called.'),
        spec('key', 'columns', "The key's columns."),
        spec('direction', 'text', 'Which score is the better one, as the source declares it.'),
        spec('parameters', 'text', "The competition's options, as a JSON object."),
      ],
    };
  },

  validate(submission, given) {
    let problems = [];
    try {
      const { names, parameters } = run(given);
      if (!names.validate) return;
      const table = names.score ? frame(submission) : tableOf(submission, false);
      problems = Array.from(names.validate(table, names.score ? parameters : new Options(parameters)) ?? []);
    } catch (error) {
      // What is wrong with the source is told by `grade`, to the operator.
      if (refuses(error)) problems = [error];
    }
    if (problems.length) {
      throw problems.slice(0, 256).map((problem) => ({ message: problem.message, row: problem.row, column: problem.column }));
    }
  },

  grade(submission, answers, given) {
    try {
      const { names, parameters, key, file } = run(given);
      let score;
      if (names.score) score = names.score(frame(answers), frame(submission), key[0], parameters);
      else if (names.grade) score = names.grade(tableOf(submission, false), tableOf(answers, true), new Options(parameters));
      else throw new Failure(`${file} defines neither score(solution, submission, …) nor grade(submission, answers, options)`);
      if (!(score instanceof Score)) score = new Score(score);
      if (typeof score.value !== 'number') throw new Failure(`the score is no number: ${score.value}`);
      const details = Object.entries(score.details ?? {}).map(([name, value]) => ({ name, value: Number(value) }));
      return { value: score.value, details };
    } catch (error) {
      if (refuses(error)) throw { tag: 'invalid-submission', val: String(error.message) };
      throw { tag: 'failure', val: failure(error) };
    }
  },
};
