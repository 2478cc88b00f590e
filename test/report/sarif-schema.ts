import document from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with {
  type: 'json',
};
import { Ajv } from 'ajv';

/** Draft 4 in the words of draft 7: nothing else in the schema differs between them. */
const { id: _, $schema: __, ...schema } = document;

const validate = new Ajv({
  allErrors: true,
  strict: false,
  // a pattern of the schema is none with the flag u
  unicodeRegExp: false,
  formats: {
    uri: (text) => URL.canParse(text),
    'uri-reference': (text) => !/[\s<>"{}|\\^`]/.test(text) && URL.canParse(text, 'https://x/'),
    'date-time': (text) => !Number.isNaN(Date.parse(text)),
  },
}).compile(schema);

/** What is wrong with a SARIF document by the schema of SARIF 2.1.0. */
export function sarifFaults(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
