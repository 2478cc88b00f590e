import type { Software } from '../../model/software.ts';

/** The answers so far, by question ID. Never contains a secret. */
export type Answers = Readonly<Record<string, Answer>>;
export type Answer = string | readonly string[];
/** In place of an answer: the previous question is to be asked again. */
export const BACK = Symbol('back');

/** What the wizard finds on this machine, and learns on the way. */
export interface Known {
  /** Hosts in ~/.ssh/config that can be logged in to. */
  readonly sshHosts: readonly { readonly name: string; readonly jump: boolean }[];
  /** Ansible inventories found here, `./hosts` first; null: none may be asked for. */
  readonly ansible: readonly string[] | null;
  /** The imported inventory names a user for every host. */
  readonly namesUser: boolean;
  /** Keys in ~/.ssh: `~/.ssh/id_ed25519`, or `~/.ssh/work.pub` where only the agent has the private key. */
  readonly keys: readonly { readonly path: string; readonly held: boolean }[];
  /** Names of the keys that the agent holds. */
  readonly agentKeys: readonly string[];
  /** How root is reached, as a login found out; null: no login has succeeded yet. */
  readonly root: 'none' | 'passwordless' | 'password' | null;
  /** What runs on the hosts that Alloy can collect from; null: nobody has looked. */
  readonly software: Findings | null;
  /** `--from HOST`: collect what that host collects. */
  readonly from: string | null;
  /** `--edit`: there is an inventory. */
  readonly edit: boolean;
}

export interface Findings {
  /** Which hosts were looked at, in words: `web-01`, `your 3 hosts`. */
  readonly where: string;
  /** Names of the hosts that have it; null: all of them. */
  readonly on: ReadonlyMap<Software, readonly string[] | null>;
}

export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly description?: string;
}

/** A question as data: the terminal, an answers file and the tests read the same. */
export interface Question {
  /** Key in an answers file. */
  readonly id: string;
  /** `lines`: one or more texts, one per line; `checks`: some of the choices. */
  readonly kind: 'text' | 'lines' | 'choice' | 'checks';
  readonly message: string;
  readonly choices?: readonly Choice[];
  /** What an empty answer means; undefined: an answer is required. */
  readonly fallback?: Answer | undefined;
  /** Of `checks`: what is selected at first, if not the fallback. An answers file still gets the fallback. */
  readonly selected?: readonly string[];
  /** What is wrong with an answer, for people; null: nothing. Called for each item of a list. */
  readonly invalid?: (text: string) => string | null;
  /** A valid answer, for hints, unless the fallback is one. */
  readonly example?: string;
  /** Answers are long: they get a line of their own, and the example is shown. */
  readonly long?: boolean;
}

type More = Omit<Question, 'id' | 'kind' | 'message' | 'choices'>;

export const text = (id: string, message: string, more: More): Question => ({
  id,
  kind: 'text',
  message,
  ...more,
});

export const choice = (
  id: string,
  message: string,
  choices: readonly Choice[],
  more: More,
): Question => ({ id, kind: 'choice', message, choices, ...more });

/** Asks where a secret is stored, never for the secret itself. */
export const place = (id: string, what: string, variable: string): Question =>
  text(id, `Where is the ${what} stored? (env:NAME or file:PATH)`, {
    fallback: `env:${variable}`,
    invalid: (answer) =>
      /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$/.test(answer)
        ? null
        : 'enter env:NAME or file:PATH, never the secret itself',
  });

/** A valid answer, as an answers file would have it. */
export const exampleOf = ({ example, fallback }: Question): string => example ?? String(fallback);

/** An empty list is no answer, unless it is the fallback. */
export const needsOne = ({ kind, fallback }: Question): boolean =>
  fallback === undefined || (kind === 'checks' && fallback.length > 0);

/** Why `answer` is not valid; null: it is. */
export function whyInvalid(question: Question, answer: unknown): string | null {
  const { kind, choices = [], fallback, invalid = () => null } = question;
  const values = choices.map(({ value }) => value);
  if (kind === 'lines' || kind === 'checks') {
    if (!Array.isArray(answer)) return 'enter a list';
    if (!answer.every((item) => typeof item === 'string')) return 'enter a list of texts';
    if (answer.length === 0 && needsOne(question)) return 'enter at least one';
    const whyItem = (item: string): string | null => {
      if (kind === 'lines') return invalid(item);
      return values.includes(item) ? null : `"${item}" is not one of: ${values.join(', ')}`;
    };
    return answer.map(whyItem).find((why) => why !== null) ?? null;
  }
  if (kind === 'choice') {
    if (values.some((value) => value === answer)) return null;
    // an answers file may name what is not listed, such as a key elsewhere
    return question.invalid && typeof answer === 'string'
      ? invalid(answer)
      : `choose one of: ${values.join(', ')}`;
  }
  if (typeof answer !== 'string') return 'enter text';
  if (answer === '' && fallback === undefined) return 'an answer is required';
  return answer === '' && fallback === '' ? null : invalid(answer);
}
