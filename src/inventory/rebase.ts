type Plain = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Change = (value: unknown) => unknown;

/** A copy whose values at these keys are changed; `*`: at every key. */
const at =
  (changes: Readonly<Record<string, Change>>): Change =>
  (value) =>
    isMap(value)
      ? Object.assign(
          Object.create(null),
          Object.fromEntries(
            Object.entries(value).map(([key, inner]) => {
              const change = changes[key] ?? changes['*'];
              return [key, change ? change(inner) : inner];
            }),
          ),
        )
      : value;

/**
 * An inventory whose relative paths start somewhere else: those of templates, files, keys and secrets.
 *
 * @param move gives the new form of a relative path
 */
export function rebased(value: unknown, move: (path: string) => string): unknown {
  const moved = (path: string): string => (/^(\/|~\/|~$)/.test(path) ? path : move(path));
  const text =
    (change: (text: string) => string): Change =>
    (one) =>
      typeof one === 'string' ? change(one) : one;
  const path = text(moved);
  const paths: Change = (one) => (Array.isArray(one) ? one.map(path) : path(one));
  const template = text((one) => (one.includes('/') || one.endsWith('.alloy') ? moved(one) : one));
  const secret = text((one) => (one.startsWith('file:') ? `file:${moved(one.slice(5))}` : one));
  const fragment: Change = (one) => (isMap(one) ? at({ template })(one) : template(one));
  const settings = at({
    ssh: at({ identity: paths }),
    sudo: at({ password: at({ secret }) }),
    repository: at({ key: text((one) => (/^https?:/.test(one) ? one : moved(one))) }),
    alloy: at({ environment: at({ '*': at({ secret }) }) }),
    config: at({
      template,
      fragments: at({ '*': fragment }),
      files: at({ '*': at({ source: path, secret }) }),
    }),
  });
  return at({ defaults: settings, groups: at({ '*': settings }), hosts: at({ '*': settings }) })(
    value,
  );
}
