import type { FileKind } from '../facts.ts';
import type { Reasons } from './reasons.ts';

/** Params of the problems `host.*`. What the host program reports are strings, numbers too. */
export interface HostProblems {
  'host.unsupported':
    | { readonly reason: 'system'; readonly name: string }
    | {
        readonly reason: 'too-old';
        readonly name: string;
        /** "Debian 11". */
        readonly oldest: string;
      }
    | {
        readonly reason: 'architecture';
        readonly arch: string;
        readonly supported: readonly string[];
      }
    | { readonly reason: 'no-systemd' }
    | { readonly reason: 'missing-tools'; readonly tools: readonly string[] }
    | { readonly reason: 'no-group'; readonly groups: readonly string[] };
  'host.probe':
    | { readonly reason: 'no-facts'; readonly exit: string }
    | { readonly reason: 'nonsense' }
    | {
        readonly reason: 'unreadable';
        readonly part: 'dpkg' | 'account' | 'apt' | 'own' | 'unit' | 'packages';
        /** What the system said; `deadline`: it did not answer in time. */
        readonly why: string;
      };
  'host.dpkg':
    | {
        readonly reason: 'broken';
        readonly packages: readonly { readonly name: string; readonly status: string }[];
      }
    | { readonly reason: 'interrupted' };
  'host.disk':
    | {
        readonly reason: 'no-room';
        readonly directory: string;
        readonly freeMb: number;
        readonly neededMb: number;
      }
    | { readonly reason: 'not-writable'; readonly directory: string; readonly said: string }
    | { readonly reason: 'read-only'; readonly directories: readonly string[] };
  'host.port': {
    readonly reason: 'taken';
    readonly owner: string;
    readonly address: string;
    readonly port: number;
  };
  'host.file':
    | { readonly reason: 'kind'; readonly path: string; readonly kind: FileKind }
    | { readonly reason: 'symlink'; readonly path: string }
    | { readonly reason: 'not-a-file'; readonly path: string }
    | { readonly reason: 'not-for-sh'; readonly path: string; readonly line: string }
    | { readonly reason: 'no-staging'; readonly path: string }
    | { readonly reason: 'not-movable'; readonly path: string; readonly said: string }
    /** An existing installation cannot be imported. */
    | { readonly reason: 'no-package' }
    | { readonly reason: 'not-text'; readonly path: string }
    | { readonly reason: 'elsewhere'; readonly path: string };
  'host.unit':
    | { readonly reason: 'masked' }
    | { readonly reason: 'shadowed'; readonly path: string }
    /** The unit, or the process, uses other arguments or another configuration than the inventory says. */
    | Reasons<
        'other-command' | 'other-process',
        {
          readonly command: string;
          /** Drop-ins of others. */
          readonly paths: readonly string[];
        }
      >
    | {
        readonly reason: 'overridden';
        /** "MemoryMax", what the inventory asks for, and what systemd uses. */
        readonly settings: readonly {
          readonly name: string;
          readonly wanted: string;
          readonly found: string;
        }[];
        /** Drop-ins of others. */
        readonly paths: readonly string[];
      };
  'host.adopt': {
    readonly reason: 'foreign';
    readonly files: readonly {
      readonly path: string;
      /** Variables whose values would be removed or replaced. */
      readonly loses: readonly string[];
    }[];
  };
}
