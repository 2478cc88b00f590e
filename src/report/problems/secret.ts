import type { SecretProblems } from '../../model/problems/secret.ts';
import type { Texts } from './texts.ts';

export const secretTexts: Texts<SecretProblems> = {};
