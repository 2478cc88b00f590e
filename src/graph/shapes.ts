import type { NodeKind, Signal } from './graph.ts';
import type { Point, Rectangle } from './layout.ts';

/** A kind of signal has a color, a line, an arrowhead, an outline and a sign: color alone tells nothing. */
export const DASHES: Readonly<Record<Signal, string>> = {
  metrics: '',
  logs: '9 3',
  traces: '9 3 2 3',
  profiles: '4 3',
  targets: '2 3',
  values: '1 4',
};

/** An arrowhead whose point is at the end of a line that comes from the left. */
export function arrowOf(signal: Signal, { x, y }: Point): string {
  const [a, b] = [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
  switch (signal) {
    case 'metrics':
      return `M${a} ${b}l-9 -4.5v9z`;
    case 'logs':
      return `M${a} ${b}l-9 -5l2.5 5l-2.5 5z`;
    case 'traces':
      return `M${a} ${b}l-5 -4l-5 4l5 4z`;
    case 'profiles':
      return `M${a} ${b}l-5 -4v8zM${a - 5} ${b}l-5 -4v8z`;
    case 'targets':
      return `M${a} ${b}a3.5 3.5 0 1 0 -7 0a3.5 3.5 0 1 0 7 0z`;
    case 'values':
      return `M${a} ${b}l-6 -3v6z`;
  }
}

/** The outline of a node: of a component by its main signal, of others by what they are. */
export function outlineOf(
  shape: Signal | Exclude<NodeKind, 'component'>,
  { x, y, width: w, height: h }: Rectangle,
): string {
  const [l, t, right, bottom] = [x, y, x + w, y + h].map((one) => Math.round(one * 10) / 10) as [
    number,
    number,
    number,
    number,
  ];
  const round = (radius: number): string =>
    `M${l + radius} ${t}H${right - radius}Q${right} ${t} ${right} ${t + radius}V${bottom - radius}Q${right} ${bottom} ${right - radius} ${bottom}H${l + radius}Q${l} ${bottom} ${l} ${bottom - radius}V${t + radius}Q${l} ${t} ${l + radius} ${t}Z`;
  switch (shape) {
    case 'metrics':
      return round(5);
    // a sheet with a folded corner
    case 'logs':
      return `M${l} ${t}H${right - 12}L${right} ${t + 12}V${bottom}H${l}ZM${right - 12} ${t}V${t + 12}H${right}`;
    // pointed
    case 'traces':
      return `M${l + 9} ${t}H${right - 9}L${right} ${(t + bottom) / 2}L${right - 9} ${bottom}H${l + 9}L${l} ${(t + bottom) / 2}Z`;
    // corners cut off
    case 'profiles':
      return `M${l + 9} ${t}H${right - 9}L${right} ${t + 9}V${bottom - 9}L${right - 9} ${bottom}H${l + 9}L${l} ${bottom - 9}V${t + 9}Z`;
    case 'targets':
      return round(h / 2);
    // round at the far end
    case 'destination': {
      const bend = h / 2;
      return `M${l + 3} ${t}H${right - bend}A${bend} ${bend} 0 0 1 ${right - bend} ${bottom}H${l + 3}Q${l} ${bottom} ${l} ${bottom - 3}V${t + 3}Q${l} ${t} ${l + 3} ${t}Z`;
    }
    // two lines at the left
    case 'settings':
    case 'import':
      return `${round(3)}M${l + 5} ${t}V${bottom}`;
    default:
      return round(2);
  }
}

/** Signs of 12 by 12 pixels. */
export function signOf(signal: Signal): string {
  switch (signal) {
    // bars
    case 'metrics':
      return 'M1 12V7H3.5V12ZM4.75 12V2H7.25V12ZM8.5 12V5H11V12Z';
    // lines of text
    case 'logs':
      return 'M1 1.5H11V3.5H1ZM1 5H8V7H1ZM1 8.5H10V10.5H1Z';
    // spans
    case 'traces':
      return 'M0.5 1.5H8V3.5H0.5ZM3 5H10.5V7H3ZM6 8.5H11.5V10.5H6Z';
    // a flame graph
    case 'profiles':
      return 'M0.5 9.5H11.5V12H0.5ZM1.5 6.2H9.5V8.7H1.5ZM2.5 3H6.5V5.4H2.5ZM3.5 0H5V2.2H3.5Z';
    // a cross-hair
    case 'targets':
      return 'M5.25 0H6.75V3H5.25ZM5.25 9H6.75V12H5.25ZM0 5.25H3V6.75H0ZM9 5.25H12V6.75H9ZM6 4A2 2 0 1 1 5.99 4Z';
    // braces
    case 'values':
      return 'M4.5 1C2 1 3.5 5 1.5 6C3.5 7 2 11 4.5 11V9.8C3.4 9.8 4.6 6.8 3.2 6C4.6 5.2 3.4 2.2 4.5 2.2ZM7.5 1C10 1 8.5 5 10.5 6C8.5 7 10 11 7.5 11V9.8C8.6 9.8 7.4 6.8 8.8 6C7.4 5.2 8.6 2.2 7.5 2.2Z';
  }
}
