import { builtinTemplate, isBuiltin } from '../../config/builtins.ts';
import { checkVars } from '../../config/parameters.ts';
import type { Parameter } from '../../config/template.ts';
import type { Answers, Choice, Question } from './question.ts';

const parametersOf = (template: unknown): readonly Parameter[] =>
  typeof template === 'string' && isBuiltin(template) ? builtinTemplate(template).parameters : [];

/** What may stand where a secret's place is asked for. */
const PLACE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$/;

/** What is wrong with the place of a secret; null: nothing. */
export const wrongPlace = (text: string): string | null =>
  PLACE.test(text) ? null : 'write env:NAME or file:PATH; the secret itself is never written here';

/**
 * What the chosen template needs to be told, by its declarations: what it requires, where else it can
 * send to, how it is let in there, and who may reach its ports. All else has a default that serves.
 */
export function parameterQuestions(answers: Answers): readonly Question[] {
  const parameters = parametersOf(answers.template);
  const declared = (name: string): Parameter | undefined =>
    parameters.find((parameter) => parameter.name === name);
  return [
    ...parameters.flatMap((parameter) => {
      const { name, type, required } = parameter;
      const prefix = /^(\w+)_url$/.exec(name)?.[1];
      if (type === 'url' && prefix !== undefined)
        return [valueQuestion(parameter), ...accessQuestions(prefix, answers, declared)];
      return required ? [valueQuestion(parameter)] : [];
    }),
    ...listenQuestions(parameters),
  ];
}

function valueQuestion({ name, meaning, required, ...rest }: Parameter): Question {
  const parameter = { name, meaning, required, ...rest };
  return {
    id: name,
    section: 'template',
    kind: 'text',
    message: `${meaning.replace(/(, e\.g\.|\. ).*$/s, '').replace(/\.$/, '')}${required ? '' : ' (empty: none)'}`,
    ...(required ? {} : { fallback: '' }),
    wrong: (text) => {
      if (text === '' && !required) return null;
      const [problem] = checkVars('', [parameter], {
        vars: { [name]: text },
        host: NOBODY,
        locate: () => ({}),
      });
      return problem ? problem.message : null;
    },
    example:
      /e\.g\. (\S+?)\.?(\s|$)/.exec(meaning)?.[1] ?? 'https://metrics.example.com/api/v1/write',
  };
}

const NOBODY = { name: '', address: '', groups: [] };

function accessQuestions(
  prefix: string,
  answers: Answers,
  declared: (name: string) => Parameter | undefined,
): readonly Question[] {
  const url = answers[`${prefix}_url`];
  if (url === undefined || url === '') return [];
  const user = declared(`${prefix}_username`);
  const tenant = declared(`${prefix}_tenant`);
  const choices: Choice[] = [{ value: 'none', name: 'Nothing' }];
  if (user) choices.push({ value: 'basic', name: 'User and password (as Grafana Cloud)' });
  if (tenant) choices.push({ value: 'tenant', name: 'A tenant (X-Scope-OrgID)' });
  if (user && tenant) choices.push({ value: 'both', name: 'User, password and tenant' });
  if (choices.length === 1) return [];
  const access = answers[`${prefix}_access`];
  const text = (name: string, message: string, example: string): Question => ({
    id: `${prefix}_${name}`,
    section: 'template',
    kind: 'text',
    message,
    example,
  });
  return [
    {
      id: `${prefix}_access`,
      section: 'template',
      kind: 'choice',
      message: `What does ${hostOf(String(url))} ask for?`,
      choices,
      fallback: 'none',
      example: 'basic',
    },
    ...(access === 'basic' || access === 'both'
      ? [
          text('username', `User at ${hostOf(String(url))}`, '123456'),
          {
            ...text(
              'password',
              'Where its password is kept: env:NAME, or file:PATH',
              `env:${prefix.toUpperCase()}_PASSWORD`,
            ),
            fallback: `env:${prefix.toUpperCase()}_PASSWORD`,
            wrong: wrongPlace,
          },
        ]
      : []),
    ...(access === 'tenant' || access === 'both'
      ? [text('tenant', `Tenant at ${hostOf(String(url))}`, 'team-a')]
      : []),
  ];
}

const hostOf = (url: string): string => /^\w+:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;

function listenQuestions(parameters: readonly Parameter[]): readonly Question[] {
  const ports = parameters.filter(({ type }) => type === 'address');
  if (ports.length === 0) return [];
  return [
    {
      id: 'listen',
      section: 'template',
      kind: 'choice',
      message: 'Who sends to it?',
      choices: [
        { value: 'host', name: 'Applications on the host itself (127.0.0.1)' },
        {
          value: 'network',
          name: 'Other machines too (every interface)',
          description: 'Its ports ask nobody for a password: let a firewall say who may.',
        },
      ],
      fallback: 'host',
      example: 'network',
    },
  ];
}

/** What the answers come to in an inventory: `config.vars`, and the variables of the service. */
export function parameterValues(answers: Answers): {
  readonly vars: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, { readonly secret: string }>>;
} {
  const vars: Record<string, string> = {};
  const environment: Record<string, { secret: string }> = {};
  const parameters = parametersOf(answers.template);
  const asked = new Set(parameterQuestions(answers).map(({ id }) => id));
  for (const { name, type, default: byDefault } of parameters) {
    const answer = asked.has(name) ? answers[name] : undefined;
    if (typeof answer === 'string' && answer !== '') vars[name] = answer;
    const password = /^(\w+)_password_env$/.exec(name)?.[1];
    const place = password === undefined ? undefined : answers[`${password}_password`];
    if (typeof place === 'string' && asked.has(`${password}_password`))
      environment[String(byDefault)] = { secret: place };
    if (type === 'address' && answers.listen === 'network')
      vars[name] = String(byDefault).replace(/^.*:/, '0.0.0.0:');
  }
  return { vars, environment };
}
