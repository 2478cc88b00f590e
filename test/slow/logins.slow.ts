import { describeLogins } from '../e2e/logins.ts';

describeLogins('trixie', { bad: true });
describeLogins('bullseye', { bad: true });
