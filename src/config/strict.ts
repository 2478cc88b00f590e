import {
  Output,
  type Template as Parsed,
  Tokenizer,
  TokenKind,
  toValueSync,
  Value,
} from 'liquidjs';

/** What Liquid lets pass: `{{ a b }}`, `{{ a, b }}`. One error for each, in the shape of Liquid's own. */
export function* loose(
  templates: readonly Parsed[],
): Generator<{ readonly message: string; readonly token: Parsed['token'] }> {
  for (const template of templates) {
    const values = [...(template.arguments?.() ?? [])].filter((part) => part instanceof Value);
    if (values.some(isLoose) || goesOn(template)) {
      yield { message: 'expected "|" before filter', token: template.token };
    }
    if (template.children) {
      yield* loose(toValueSync(template.children(false, true)) as readonly Parsed[]);
    }
  }
}

/** Values without an operator between them: only one of them would count. */
function isLoose({ initial }: Value): boolean {
  const left = initial.postfix.reduce(
    (count, token) =>
      token.kind !== TokenKind.Operator ? count + 1 : token.getText() === 'not' ? count : count - 1,
    0,
  );
  return left > 1;
}

/** Text behind the value, which would be dropped. */
function goesOn(template: Parsed): boolean {
  if (!(template instanceof Output)) return false;
  const { token } = template;
  const rest = new Tokenizer(token.input, undefined, undefined, token.contentRange);
  rest.readFilteredValue();
  rest.skipBlank();
  return !rest.end();
}
