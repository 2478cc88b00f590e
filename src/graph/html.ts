import { createHash } from 'node:crypto';
import { escapeXml } from '../report/printable.ts';
import type { Graph, GraphFinding } from './graph.ts';
import type { LayOut } from './layout.ts';
import { frameTitle } from './measures.ts';
import { FOLDING } from './page-script.ts';
import { GRAPH_STYLE } from './style.ts';
import { graphSvg, legendSvg } from './svg.ts';
import { clean, phrase } from './words.ts';

/** More nodes, and a page begins with its frames closed. */
const OPEN_AT_MOST = 120;
/** Nodes drawn in all pictures of a page, for frames that are opened alone. */
const MOST_DRAWN = 2500;

/**
 * A page of its own: nothing is fetched, and no script or style runs but the two that its policy names. Frames open and
 * close: pictures with none, each one, and all of them open are in it, and others are made of the last.
 *
 * @param refreshS after so many seconds a browser reads the page again, for a file that is rewritten; null: never
 */
export function graphPage(graph: Graph, layOut: LayOut, refreshS: number | null = null): string {
  const foldable = graph.frames.filter((frame) => frame.closed === null);
  const outer = foldable.filter(({ frame }) => frame === null);
  const numbers = new Map(graph.frames.map(({ id }, index) => [id, `f${index}`]));
  const all = new Set(foldable.map(({ id }) => id));
  const draw = (closed: ReadonlySet<string>, open: string): string => {
    const svg = graphSvg(layOut(graph, closed), {
      styled: false,
      foldable: true,
      explained: false,
    });
    return `<div class="picture${open === 'all' ? '' : ' ag-hidden'}" data-open="${open}">${svg}</div>`;
  };
  const pictures = [draw(new Set(), 'all')];
  if (foldable.length > 0) pictures.push(draw(all, 'none'));
  if (outer.length > 1 && graph.nodes.length * outer.length <= MOST_DRAWN) {
    for (const { id } of outer) {
      const inside = new Set(
        graph.frames.filter((one) => isIn(graph, one.id, id)).map((one) => one.id),
      );
      const closed = new Set([...all].filter((one) => !inside.has(one)));
      pictures.push(
        draw(
          closed,
          [...inside]
            .map((one) => numbers.get(one))
            .sort()
            .join(' '),
        ),
      );
    }
  }
  const start = graph.nodes.length <= OPEN_AT_MOST || foldable.length === 0 ? 'all' : 'none';
  const title = clean(graph.title);
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(FOLDING)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refreshS === null ? '' : `<meta http-equiv="refresh" content="${refreshS}">\n`}<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}: component graph</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeXml(title)}</h1>
<p>${escapeXml(phrase(graph).slice(title.length + 2))}, read as Alloy ${escapeXml(graph.alloy)} does.</p>
</header>
<main>
<div class="bar" role="toolbar" aria-label="Picture">
${foldable.length > 0 ? '<button type="button" data-do="open">Open all modules</button>\n<button type="button" data-do="close">Close all modules</button>\n' : ''}<button type="button" data-do="fit" aria-pressed="false">Fit to width</button>
</div>
<div class="pictures" data-start="${start}" tabindex="0" role="region" aria-label="Picture of the graph">
${pictures.join('\n')}
</div>
${legend(graph)}
${findingsTable(graph)}
${componentsTable(graph)}
</main>
<script>${FOLDING}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** It is that frame, or stands in it. */
function isIn(graph: Graph, id: string, frame: string): boolean {
  for (let at: string | null = id; at !== null; ) {
    if (at === frame) return true;
    at = graph.frames.find((one) => one.id === at)!.frame;
  }
  return false;
}

/** What colors, lines and signs mean. */
const legend = ({ edges }: Graph): string =>
  `<div class="legend" tabindex="0" role="region" aria-label="Legend">${legendSvg(edges)}</div>`;

function findingsTable({ nodes, frames, findings }: Graph): string {
  const all = new Map<string, GraphFinding>();
  for (const one of [...findings, ...[...frames, ...nodes].flatMap((node) => node.findings)])
    all.set(JSON.stringify(one), one);
  if (all.size === 0) return '';
  const rows = [...all.values()].map(
    ({ severity, code, message, hint, at }) =>
      `<tr><td>${severity}</td><td>${escapeXml(`${clean(at.file)}:${at.line}:${at.column}`)}</td><td>${escapeXml(clean(message))}<br><small>${escapeXml(clean(hint))}</small></td><td>${escapeXml(clean(code))}</td></tr>`,
  );
  return `<section><h2>Findings of the checks</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Findings"><table><thead><tr><th scope="col">severity</th><th scope="col">place</th><th scope="col">what, and what to do</th><th scope="col">rule</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

/** The graph in words, for whoever does not see the picture. */
function componentsTable(graph: Graph): string {
  const titles = new Map<string, string>(graph.frames.map((one) => [one.id, frameTitle(one)]));
  const names = new Map(
    graph.nodes.map(({ id, name, label, kind }) => [
      id,
      kind === 'destination' ? clean(name) : [clean(name), clean(label)].filter(Boolean).join(' '),
    ]),
  );
  const into = new Map<string, string[]>();
  for (const { from, to, signal, note } of graph.edges) {
    const text = [signal, note?.text]
      .filter(Boolean)
      .map((one) => clean(one!))
      .join(' ');
    const sent = into.get(from) ?? [];
    into.set(from, sent);
    if (sent.length <= MOST_SENT) sent.push(`${names.get(to)} (${text})`);
  }
  const rows = graph.nodes
    .filter(({ kind }) => kind !== 'port')
    .map(({ id, signals, frame, at, note }) => {
      const sent = into.get(id) ?? [];
      const list = sent.length > MOST_SENT ? [...sent.slice(0, MOST_SENT), 'and more'] : sent;
      const cells = [
        names.get(id)!,
        frame === null ? '' : titles.get(frame)!,
        signals.join(', '),
        list.join(', '),
        at ? `${clean(at.file)}:${at.line}` : '',
        note ? clean(note.text) : '',
      ];
      return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`;
    });
  const heads = ['component', 'module', 'handles', 'sends to', 'place', 'note'];
  return `<details><summary>The graph as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The graph as a table"><table><thead><tr>${heads.map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></details>`;
}

const MOST_SENT = 20;

const STYLE = `${GRAPH_STYLE}
:root{color-scheme:light dark}
body{margin:0;padding:16px 20px 40px;background:#fff;color:#1b2127;font:15px/1.5 system-ui,sans-serif}
h1{font-size:20px;margin:0;overflow-wrap:anywhere}h2{font-size:16px;margin:24px 0 8px}
header p{margin:2px 0 12px;color:#4d5863}
.bar{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 10px}
button{font:inherit;font-size:14px;padding:4px 12px;border:1px solid #8793a0;border-radius:6px;background:#f6f7f9;color:inherit;cursor:pointer}
button:hover{border-color:#1b2127}button[aria-pressed=true]{background:#e3f0fa;border-color:#0063a3}
button:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid #0063a3;outline-offset:2px}
.pictures,.scroll{overflow:auto;border:1px solid #d4dae0;border-radius:8px}
.pictures{max-height:80vh}
.picture svg,.legend svg{display:block}
.fit .picture svg{width:100%;height:auto}
.legend{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;font-size:14px;width:100%}
th,td{text-align:left;vertical-align:top;padding:5px 12px;border-bottom:1px solid #d4dae0;overflow-wrap:anywhere}
th{white-space:nowrap}td:first-child{min-width:9em}small{color:#4d5863;font-size:13px}
details{margin-top:20px}summary{cursor:pointer;font-weight:600;margin-bottom:8px}
@media (prefers-color-scheme:dark){body{background:#14181c;color:#e9edf1}header p,small{color:#aab4be}button{background:#1b2026;border-color:#6b7681}button:hover{border-color:#e9edf1}button[aria-pressed=true]{background:#10283a;border-color:#56b4e9}.pictures,.scroll,th,td{border-color:#343c44}button:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline-color:#56b4e9}}
@page{size:landscape;margin:10mm}
@media print{body{padding:0}.bar{display:none}.pictures{max-height:none;overflow:visible;border:0}.picture svg{width:100%;height:auto}}
`;
