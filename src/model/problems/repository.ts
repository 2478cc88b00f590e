/** Why nothing usable came from a URL. */
export type FetchFailure =
  | { readonly reason: 'status'; readonly status: number }
  | {
      readonly reason:
        | 'unknown-name'
        | 'name-lookup'
        | 'refused'
        | 'reset'
        | 'no-answer'
        | 'no-route'
        | 'redirect-loop';
    }
  | { readonly reason: 'timeout'; readonly seconds: number }
  | { readonly reason: 'too-big'; readonly maxBytes: number }
  | { readonly reason: 'certificate' | 'failed'; readonly said: string }
  | { readonly reason: 'not-http' | 'downgrade'; readonly to: string };
