import type { CallTestReport, CaseReport } from '../../routing/index.ts';

/** How a report of call tests may be written. */
export const REPORT_FORMATS = ['text', 'tap', 'junit'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A report of call tests for people, or for what collects the results of tests. */
export function renderReport(format: ReportFormat, report: CallTestReport, file: string): string {
  if (format === 'tap') return tapText(report, file);
  return format === 'junit' ? junitText(report, file) : plainText(report, file);
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;

function plainText({ cases, passed, failed, skipped }: CallTestReport, file: string): string {
  const lines = cases.flatMap((one) => {
    const head = `${MARKS[one.state]}  ${one.name}`;
    if (one.state === 'passed') return [head];
    if (one.state === 'skipped') return [`${head}: ${one.sentence}`];
    return [`${head}  (${file}:${one.line}:${one.column})`, ...detailsOf(one).map((line) => `      ${line}`)];
  });
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return `${[...lines, counts].map(printable).join('\n')}\n`;
}

/** What a failed case expected and got, which step decided, and what to do about it. */
function detailsOf({ mismatches, decided, got, sentence, remedy }: CaseReport): readonly string[] {
  if (got === null) return [sentence];
  const saw = decided === null || decided.saw === '' ? '' : ` (${decided.saw})`;
  const isRefused = got.status >= 300;
  return [
    ...mismatches.map(({ field, expected, got: came }) => `${field}: expected ${expected}, got ${came}`),
    ...(decided === null ? [] : [`decided by ${decided.step}: ${decided.decided}${saw}`]),
    ...(isRefused && sentence !== '' ? [sentence] : []),
    ...(isRefused && remedy !== '' ? [remedy] : []),
  ];
}

/** TAP version 14 (testanything.org). */
function tapText({ cases }: CallTestReport, file: string): string {
  const lines = cases.flatMap((one, index) => {
    const ok = one.state === 'failed' ? 'not ok' : 'ok';
    const name = one.name.replace(/[\\#]/g, (sign) => `\\${sign}`);
    const skip = one.state === 'skipped' ? ` # SKIP ${one.sentence}` : '';
    const head = `${ok} ${index + 1} - ${name}${skip}`;
    if (one.state !== 'failed') return [head];
    const at = `${file}:${one.line}:${one.column}`;
    const details = [`at: ${JSON.stringify(at)}`, 'message: |', ...detailsOf(one).map((line) => `  ${line}`)];
    return [head, '  ---', ...details.map((line) => `  ${line}`), '  ...'];
  });
  return `${['TAP version 14', `1..${cases.length}`, ...lines].map(printable).join('\n')}\n`;
}

/** The XML of JUnit, as CI systems read it. */
function junitText({ cases, failed, skipped }: CallTestReport, file: string): string {
  const rows = cases.map((one) => {
    const open = `    <testcase classname=${quoted(file)} name=${quoted(one.name)} file=${quoted(file)} line="${one.line}"`;
    if (one.state === 'passed') return `${open}/>`;
    if (one.state === 'skipped') return `${open}><skipped message=${quoted(one.sentence)}/></testcase>`;
    const [message = '', ...more] = detailsOf(one);
    return `${open}><failure message=${quoted(message)}>${escaped(more.join('\n'))}</failure></testcase>`;
  });
  const counts = `tests="${cases.length}" failures="${failed}" skipped="${skipped}"`;
  const suite = [`  <testsuite name=${quoted(file)} ${counts}>`, ...rows, '  </testsuite>'];
  return `${['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suite, '</testsuites>'].join('\n')}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(text: string): string {
  return [...text]
    .map((char) => (char === '\n' ? char : printable(char)))
    .join('')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('\n', ' ')}"`;
}

/** Control characters of foreign input never reach a terminal or a file. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
