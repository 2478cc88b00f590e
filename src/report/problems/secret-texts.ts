import type { SecretProblems } from '../../model/problems/secret-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const secretTexts: Texts<SecretProblems> = {};

export const secretHostParams: HostParams<SecretProblems> = {};
