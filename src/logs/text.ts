import { TranslationBundle } from '@jupyterlab/translation';
import { ILogs } from '../tokens';

/** How serious a line is: 0 for anything else, 1 for a warning, 2 for an error. */
export type Level = 0 | 1 | 2;

/** A line of a log. */
export interface ILine {
  /** The text without the end of the line. */
  text: string;
  /** How serious it is. */
  level: Level;
}

/** A source of lines. */
export interface ISource {
  /** Identifies it. */
  id: string;
  /** Its name. */
  title: string;
  /** Its log. */
  text: string;
}

/** Consecutive lines of one level, split where they match. */
export interface IBlock {
  /** How serious they are. */
  level: Level;
  /** Their text, in parts. */
  parts: {
    text: string;
    /** The number of the match, from 0; undefined if it is none. */
    match?: number;
  }[];
}

/** The number of matches that are marked; more would slow down the browser. */
const MAX_MATCHES = 1000;

/** The levels of Python's loggers, and the first words of other programs. */
const ERROR = /(?:^|[\s[-])(?:ERROR|CRITICAL|FATAL)(?=[\s:\]-]|$)|\berror: /;
const WARNING = /(?:^|[\s[-])WARN(?:ING)?(?=[\s:\]-]|$)|\bwarning: /;
const OTHER = /(?:^|[\s[-])(?:INFO|DEBUG)(?=[\s:\]-]|$)/;
// IPython writes the name of the exception in front, and its text in the last line.
const TRACEBACK = /^(?:\s*|\w+\s{2,})Traceback \(most recent call last\)/;
const EXCEPTION = /^[A-Za-z_][\w.]*(?::|$)/;

/**
 * Split a log into lines. A traceback belongs to the line before it if that is a
 * warning or an error, and is an error otherwise.
 */
export function parseLog(text: string): ILine[] {
  let level: Level = 0;
  let isTraceback = false;
  return text.split('\n').map(line => {
    if (ERROR.test(line)) {
      level = 2;
      isTraceback = false;
    } else if (WARNING.test(line)) {
      level = 1;
      isTraceback = false;
    } else if (OTHER.test(line)) {
      level = 0;
      isTraceback = false;
    } else if (TRACEBACK.test(line)) {
      level = level || 2;
      isTraceback = true;
    } else if (!isTraceback && !/^\s/.test(line)) {
      level = 0;
    } else if (isTraceback && EXCEPTION.test(line)) {
      isTraceback = false;
    }
    return { text: line, level };
  });
}

/**
 * Group lines for display, and mark what matches.
 *
 * @param pattern - the text to find; empty for none
 * @returns the blocks, and the number of matches that are marked
 */
export function markLines(
  lines: readonly ILine[],
  pattern: string
): { blocks: IBlock[]; matches: number } {
  const blocks: { level: Level; text: string }[] = [];
  for (const { level, text } of lines) {
    const last = blocks[blocks.length - 1];
    if (last?.level === level) {
      last.text += `\n${text}`;
    } else {
      blocks.push({ level, text });
    }
  }
  let matches = 0;
  const expression = new RegExp(escaped(pattern), 'gi');
  const marked = blocks.map(({ level, text }, index): IBlock => {
    const parts: IBlock['parts'] = [];
    let end = 0;
    expression.lastIndex = 0;
    while (pattern && matches < MAX_MATCHES) {
      const found = expression.exec(text);
      if (!found) {
        break;
      }
      parts.push({ text: text.slice(end, found.index) });
      parts.push({ text: found[0], match: matches++ });
      end = expression.lastIndex;
    }
    const newline = index < blocks.length - 1 ? '\n' : '';
    parts.push({ text: text.slice(end) + newline });
    return { level, parts };
  });
  return { blocks: marked, matches };
}

/** Whether a line contains a text, in whatever case. */
export function isMatch(line: ILine, pattern: string): boolean {
  return line.text.toLowerCase().includes(pattern.toLowerCase());
}

function escaped(pattern: string): string {
  return pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The sources of logs, in the order to read them. */
export function sourcesOf(logs: ILogs, trans: TranslationBundle): ISource[] {
  return [
    { id: 'launch', title: trans.__('Launch'), text: logs.launch },
    { id: 'scheduler', title: trans.__('Scheduler'), text: logs.scheduler },
    ...logs.workers.map(({ id, title, text }) => ({
      id: `worker ${id}`,
      title,
      text
    })),
    ...logs.jobs.map(({ id, title, text }) => ({
      id: `job ${id}`,
      title,
      text
    }))
  ];
}

/** All logs in one text, each below its title. */
export function allText(sources: readonly ISource[]): string {
  return sources
    .map(({ title, text }) => `===== ${title} =====\n${text}`)
    .join('\n');
}
