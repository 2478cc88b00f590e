import type { Signal } from './graph.ts';

interface Shade {
  readonly line: string;
  readonly fill: string;
  readonly text: string;
}

/**
 * The colors of signals: Okabe and Ito's, which people with any color vision tell apart
 * (https://jfly.uni-koeln.de/color/), darkened on light ground until lines have a contrast of 3:1 and text has 4.5:1.
 */
export const COLOURS: Readonly<Record<Signal, { readonly light: Shade; readonly dark: Shade }>> = {
  metrics: {
    light: { line: '#0063a3', fill: '#e3f0fa', text: '#0b2e47' },
    dark: { line: '#56b4e9', fill: '#10283a', text: '#e3f0fa' },
  },
  logs: {
    light: { line: '#007a59', fill: '#e1f4ee', text: '#06382a' },
    dark: { line: '#2fc79d', fill: '#0d2e25', text: '#e1f4ee' },
  },
  traces: {
    light: { line: '#b34a00', fill: '#fcebe0', text: '#4a2000' },
    dark: { line: '#f08b45', fill: '#3a2110', text: '#fcebe0' },
  },
  profiles: {
    light: { line: '#a0447f', fill: '#f8e9f2', text: '#48163a' },
    dark: { line: '#e08fbf', fill: '#361c2c', text: '#f8e9f2' },
  },
  targets: {
    light: { line: '#7a6400', fill: '#f8f3d6', text: '#3a3000' },
    dark: { line: '#e5c84a', fill: '#302a0c', text: '#f8f3d6' },
  },
  values: {
    light: { line: '#5f6b76', fill: '#f1f3f5', text: '#22282e' },
    dark: { line: '#9aa7b3', fill: '#21282e', text: '#e9edf1' },
  },
};
