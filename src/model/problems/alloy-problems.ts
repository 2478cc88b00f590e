/** Params of the problems `alloy.*`, as the host program reports them: numbers are strings. */
export interface AlloyProblems {
  'alloy.validate': { readonly reason: 'refused' } | { readonly reason: 'no-answer' };
  'alloy.reload':
    | { readonly reason: 'refused'; readonly status: string }
    | { readonly reason: 'no-answer'; readonly said: string };
  'alloy.start':
    | { readonly reason: 'unit-failed'; readonly result: string; readonly status: string }
    | { readonly reason: 'restarting'; readonly times: string }
    | { readonly reason: 'not-running' }
    | { readonly reason: 'other-configuration'; readonly command: string }
    | { readonly reason: 'died'; readonly seconds: string }
    | { readonly reason: 'systemctl-hangs'; readonly verb: string; readonly seconds: string };
  'alloy.unready':
    | { readonly reason: 'status'; readonly seconds: string; readonly status: string }
    | { readonly reason: 'no-answer'; readonly seconds: string; readonly said: string }
    | { readonly reason: 'not-listening'; readonly seconds: string };
  'alloy.components':
    | { readonly reason: 'no-list'; readonly seconds: string }
    | {
        readonly reason: 'different';
        readonly seconds: string;
        readonly missing: readonly string[];
        readonly unexpected: readonly string[];
        /** Id, health, message. */
        readonly unhealthy: readonly (readonly [string, string, string])[];
        /** Not evaluated yet. */
        readonly young: readonly string[];
      };
  'alloy.version':
    | { readonly reason: 'unknown' }
    | { readonly reason: 'different'; readonly running: string; readonly installed: string };
}
