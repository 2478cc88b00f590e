import type { ValueFormat } from '../model/problems/inventory-problems.ts';

const DURATION_UNIT = '(us|ms|s|sec|min|m|h|d)';
const APT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.+~/-]*$/;

/** The texts of a fixed form. report/ has a name and a hint for each. */
export const FORMATS = {
  address: /^[A-Za-z0-9_:][\w.:%-]*$/,
  'alloy-argument': /^--[A-Za-z][A-Za-z0-9.-]*(=[^\s"'\\$`]*)?$/,
  'alloy-version': /^(present|latest|\d+\.\d+\.\d+(-[0-9][0-9A-Za-z.+~]*)?)$/,
  'apt-component': APT_NAME,
  'apt-suite': APT_NAME,
  'cluster-name': /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/,
  'component-id': /^[A-Za-z_][\w./-]*$/,
  'cpu-share': /^[1-9]\d*%$/,
  /** As systemd reads time spans and amounts of memory. */
  duration: new RegExp(`^\\d+(\\.\\d+)?${DURATION_UNIT}?( ?\\d+(\\.\\d+)?${DURATION_UNIT})*$`),
  'environment-variable': /^[A-Za-z_][A-Za-z0-9_]*$/,
  'file-mode': /^0?[0-7]{3}$/,
  fingerprint: /^\s*(?:[0-9A-Fa-f]\s*){40}$/,
  /** Without what has a meaning in --limit or starts a comment in its files. */
  'fragment-name': /^[A-Za-z][\w-]*$/,
  'group-name': /^[A-Za-z0-9_.][\w.+=/@%~-]*$/,
  'host-key': /^SHA256:[A-Za-z0-9+/]{43}=?$/,
  'host-path': /^(\/(?!\.{1,2}(\/|$))[^/\u0000-\u001f\u007f]+)+$/,
  'ip-address':
    /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)$/,
  'jump-host': /^([\w.$-]+@)?(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_][\w.-]*)(:\d{1,5})?$/,
  'listen-address':
    /^(\[[0-9A-Fa-f:.]+(%\w+)?\]|[A-Za-z0-9]([A-Za-z0-9_.-]*)?):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
  'local-file': /\S/,
  memory: /^(\d+(\.\d+)?[KMGT]?|\d{1,3}%|infinity)$/,
  'private-key-file': /\S/,
  proxy: /^https?:\/\/(?![^/]*@)[^\s/"';]+\/?$/,
  'repository-key': /^(https?:\/\/\S+|\.{0,2}\/.+|~\/.+|[^\s:]+)$/,
  'repository-url': /^https?:\/\/(?![^/]*@)[^\s/"'\\\][]+(\/[^\s"'\\\][]*)?$/,
  /** Of hosts. */
  percentage: /^(100|[1-9]\d?)%$/,
  secret: /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
  template: /^\S(.*\S)?$/,
  'template-variable': /^[A-Za-z_][\w-]*$/,
  'unix-name': /^[a-z_][a-z0-9_-]{0,30}\$?$/,
  'user-name': /^[A-Za-z0-9_][\w.@$\\-]*$/,
} as const satisfies Partial<Record<ValueFormat, RegExp>>;

/** Seconds per unit; a number without a unit counts seconds. */
const SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  '': 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** Seconds of a text of the form `duration`. */
export const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+(?:\.\d+)?)([a-z]*)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!,
    0,
  );
