import type { ComponentFact, HttpFact, ProcessFact, UnitFact } from '../model/facts.ts';
import type { Raw } from './probe-values.ts';
import { bytesOf, list, map, number, strings, text, utf8 } from './probe-values.ts';

export function unitFact(raw: { readonly [key: string]: Raw }): UnitFact {
  const word = (key: string): string => utf8(text(raw[key]));
  return {
    load: word('LoadState') || 'not-found',
    active: word('ActiveState') || 'inactive',
    sub: word('SubState') || 'dead',
    enabled: word('UnitFileState'),
    fragment: word('FragmentPath'),
    dropIns: word('DropInPaths').split(' ').filter(Boolean),
    restarts: number(raw.NRestarts),
    // systemctl writes what D-Bus says as bytes in hex, too
    invocation: word('InvocationID'),
    result: word('Result') || 'success',
    mainPid: number(raw.MainPID),
    needsReload: ['yes', '1'].includes(word('NeedDaemonReload')),
  };
}

export function processFact(raw: Raw | undefined, http: Raw | undefined): ProcessFact | null {
  const process = map(raw);
  const pid = number(process.pid);
  if (pid === 0) return null;
  return {
    pid,
    startedAtMs: number(process.started),
    exeDeleted: text(process.exe).endsWith(' (deleted)'),
    version: text(map(http).version) || null,
    argv: strings(process.argv),
    rssBytes: number(process.rss) * 1024,
  };
}

export function httpFact(raw: Raw | undefined): HttpFact {
  const http = map(raw);
  const asked = raw !== undefined && raw !== null;
  return {
    ready: asked ? number(http.ready) : null,
    healthy: asked ? number(http.healthy) : null,
    healthyBody: utf8(text(http.body)),
    error: utf8(text(http.error)),
    portOwner: utf8(text(http.owner)) || null,
  };
}

const HEALTHS: readonly string[] = ['healthy', 'unhealthy', 'exited'];
const healthOf = (word: string): ComponentFact['health'] =>
  HEALTHS.includes(word) ? (word as ComponentFact['health']) : 'unknown';

export function components(http: Raw | undefined): readonly ComponentFact[] | null {
  const found = map(map(http).components);
  if (typeof found.raw === 'string') return rawComponents(bytesOf(found.raw).toString());
  if (!Array.isArray(found.well)) return null;
  return [
    ...list(found.well).map((id) => ({
      id: jsonString(text(id)),
      health: 'healthy' as const,
      message: '',
    })),
    ...list(found.ill).map((entry) => {
      const [id, state, message] = list(entry).map(text);
      return {
        id: jsonString(id ?? ''),
        health: healthOf(state ?? ''),
        message: jsonString(message ?? ''),
      };
    }),
  ];
}

/** The inside of a JSON string as Alloy wrote it; a cut escape at its end is left out. */
function jsonString(inside: string): string {
  try {
    return JSON.parse(`"${utf8(inside.replace(/\\(u[0-9a-fA-F]{0,3})?$/, ''))}"`) as string;
  } catch {
    return utf8(inside);
  }
}

/** An answer that the probe did not know how to read: other spacing or order of keys. */
function rawComponents(body: string): readonly ComponentFact[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  return parsed.map((each: unknown) => {
    const component = map(each as Raw);
    const health = map(component.health);
    return {
      id: text(component.localID),
      health: healthOf(text(health.state)),
      message: text(health.state) === 'healthy' ? '' : text(health.message),
    };
  });
}
