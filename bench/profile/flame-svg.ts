import type { FlameNode } from './flame-tree.ts';

const WIDTH = 1200;
const ROW = 15;
const TOP = 20;
const CHARACTER = 5.5;
/** What has less than this share of all samples is not drawn. */
const LEAST_SHARE = 0.003;
/** Narrower than so many characters there is no text, only a title. */
const LEAST_TEXT = 4;
/** Cells that share a line of the file, which the linter counts. */
const PER_LINE = 4;

/** By what a name ends or begins with: class, colour, and what the legend calls it. */
const COLOURS: readonly (readonly [string, string, string, RegExp])[] = [
  ['k', '#d9534f', 'system', /^system/],
  ['n', '#e8a33d', 'Node and libuv', /^libuv|^event loop| node:|^C\+\+|^memory|^OpenSSL/],
  ['v', '#b9b9b9', 'V8', /^V8|^builtins|^regular/],
  ['e', '#f2d26b', 'sip-engine', / sip-engine\//],
  ['a', '#7fb2e5', 'auth', / auth\//],
  ['g', '#8fce8f', 'registrar', / registrar\//],
  ['r', '#8fd0c8', 'routing', / routing\//],
  ['o', '#c9b3e6', 'the rest of the product', /./],
];

/** A flame graph without scripts: what calls is above what is called, the width is the share of samples. */
export function flameSvg(root: FlameNode, title: string): string {
  const cells: string[] = [];
  const depth = draw(root, root.samples, 0, 0, cells);
  const height = TOP + depth * ROW + 4;
  const legend = COLOURS.map(
    ([name, , text], at) => `<tspan class="${name}"${at > 0 ? ' dx="9"' : ''}>■ ${text}</tspan>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="9">
<title>${escaped(title)}</title>
<style>rect{height:14px;stroke:#fff;stroke-width:.4}${COLOURS.map(([name, colour]) => `.${name}{fill:${colour}}`).join('')}</style>
<rect width="${WIDTH}" style="height:${height}px" fill="#fff"/>
<text x="4" y="13">${escaped(title)}</text><text x="${WIDTH - 620}" y="13">${legend.join('')}</text>
${cells.map((cell, at) => `${cell}${at % PER_LINE === PER_LINE - 1 ? '\n' : ''}`).join('')}
</svg>
`;
}

/** Gives how many rows there are below, this one among them. */
function draw(node: FlameNode, all: number, x: number, level: number, cells: string[]): number {
  let [from, rows] = [x, 0];
  for (const child of [...node.children.values()].sort((a, b) => b.samples - a.samples)) {
    const share = child.samples / all;
    if (share < LEAST_SHARE) break;
    cells.push(cell(child.name, share, from, TOP + level * ROW));
    rows = Math.max(rows, draw(child, all, from, level + 1, cells));
    from += share * WIDTH;
  }
  return rows + 1;
}

function cell(name: string, share: number, x: number, y: number): string {
  const colour = COLOURS.find(([, , , pattern]) => pattern.test(name))?.[0] ?? 'o';
  const width = share * WIDTH;
  const fits = Math.floor((width - 3) / CHARACTER);
  const text =
    fits < LEAST_TEXT ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 10}">${escaped(name.slice(0, fits))}</text>`;
  const title = `${escaped(name)} ${(share * 100).toFixed(1)} %`;
  return `<rect class="${colour}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}"><title>${title}</title></rect>${text}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
