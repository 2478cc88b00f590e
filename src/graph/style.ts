import { SIGNALS } from './graph.ts';
import { COLOURS } from './palette.ts';

type Shade = 'light' | 'dark';

interface Ground {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly frame: string;
  readonly border: string;
  readonly error: string;
  readonly warning: string;
  readonly note: string;
  readonly good: string;
}

const GROUNDS: Readonly<Record<Shade, Ground>> = {
  light: {
    ground: '#ffffff',
    ink: '#1b2127',
    soft: '#4d5863',
    frame: '#f6f7f9',
    border: '#8793a0',
    error: '#b3261e',
    warning: '#8a5600',
    note: '#0063a3',
    good: '#1a7f37',
  },
  dark: {
    ground: '#14181c',
    ink: '#e9edf1',
    soft: '#aab4be',
    frame: '#1b2026',
    border: '#6b7681',
    error: '#ff8a80',
    warning: '#f2b84b',
    note: '#7cc4f5',
    good: '#5bd17c',
  },
};

/** No variables: programs that draw SVG without a browser do not know them. */
function rules(shade: Shade): string {
  const { ground, ink, soft, frame, border, error, warning, note, good } = GROUNDS[shade];
  const signals = SIGNALS.map((signal) => {
    const { line, fill, text } = COLOURS[signal][shade];
    return `.ag-node.ag-${signal} .ag-box,.ag-port.ag-${signal} .ag-box{fill:${fill};stroke:${line}}.ag-node.ag-${signal} text,.ag-port.ag-${signal} text{fill:${text}}.ag-edge.ag-${signal} .ag-line{stroke:${line}}.ag-edge.ag-${signal} .ag-arrow,.ag-sign.ag-${signal}{fill:${line}}.ag-flow.ag-${signal}{fill:${text}}`;
  });
  const tones = [
    ['bad', error],
    ['removed', error],
    ['warning', warning],
    ['changed', warning],
    ['added', good],
  ].map(([tone, colour]) => {
    // stronger than the color of a signal
    const of = `.alloy-graph .ag-tone-${tone}`;
    return `${of}>.ag-box,${of}>.ag-frame-box,${of}>.ag-line{stroke:${colour}}${of}>.ag-arrow,${of} .ag-note,.alloy-graph .ag-flow.ag-tone-${tone}{fill:${colour}}`;
  });
  // what is well keeps the color of its signal
  tones.push(
    `.alloy-graph .ag-tone-good .ag-note,.alloy-graph .ag-flow.ag-tone-good{fill:${good}}`,
  );
  const badges = [
    ['error', error],
    ['warning', warning],
    ['note', note],
  ].map(
    ([severity, colour]) =>
      `.ag-badge.ag-${severity} rect{fill:${colour};stroke:${ground}}.alloy-graph .ag-badge.ag-${severity} text{fill:${ground}}`,
  );
  return [
    `.ag-ground{fill:${ground}}.ag-title,.ag-frame-title{fill:${ink}}.alloy-graph>g>.ag-type{fill:${soft}}`,
    `.ag-frame-box{fill:${frame};stroke:${border}}.ag-frame-head{fill:${frame}}.ag-frame>.ag-type{fill:${soft}}`,
    ...signals,
    `.ag-node.ag-missing .ag-box{fill:${ground};stroke:${error}}.ag-node.ag-missing text{fill:${error}}`,
    `.ag-flow{stroke:${ground}}`,
    ...tones,
    ...badges,
    `.ag-toggle:focus-visible .ag-frame-head{stroke:${ink}}`,
  ].join('');
}

/** The style of drawings, light and dark; once in a page, or in a file of its own. */
export const GRAPH_STYLE: string = [
  '.alloy-graph{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace}',
  '.alloy-graph text{user-select:text}',
  '.ag-title{font-size:15px;font-weight:600}.ag-type,.ag-note{font-size:11px}.ag-label{font-size:13px;font-weight:600}',
  '.ag-frame-title{font-size:13px;font-weight:600}.ag-middle{text-anchor:middle}',
  '.ag-box{stroke-width:1.5;stroke-linejoin:round}.ag-frame-box{stroke-width:1.2;stroke-dasharray:6 4}',
  '.ag-line{fill:none;stroke-width:1.8;stroke-linecap:butt}.ag-targets>.ag-line,.ag-values>.ag-line{stroke-width:1.4}.ag-values>.ag-line{stroke-linecap:round;stroke-width:1.8}',
  '.ag-missing .ag-box{stroke-dasharray:4 3}',
  '.ag-flow{font-size:11px;font-weight:600;text-anchor:middle;paint-order:stroke;stroke-width:4px;stroke-linejoin:round}',
  '.ag-tone-bad>.ag-box,.ag-tone-added>.ag-box,.ag-tone-removed>.ag-box,.ag-tone-changed>.ag-box{stroke-width:2.8}',
  '.ag-tone-bad>.ag-line,.ag-tone-added>.ag-line,.ag-tone-removed>.ag-line{stroke-width:2.6}',
  '.ag-tone-removed>.ag-box{stroke-dasharray:6 4}.ag-tone-quiet{opacity:.55}.ag-tone-removed .ag-label{text-decoration:line-through}',
  '.ag-badge text{font-size:11px;font-weight:700;text-anchor:middle}.ag-badge rect{stroke-width:1.5}',
  '.ag-toggle{cursor:pointer}.ag-frame-head{fill-opacity:0}.ag-toggle:hover .ag-frame-title{text-decoration:underline}.ag-toggle:focus{outline:none}.ag-toggle:focus-visible .ag-frame-head{stroke-width:2}',
  '.ag-hidden{display:none}',
  rules('light'),
  `@media (prefers-color-scheme:dark){${rules('dark')}}`,
].join('');
