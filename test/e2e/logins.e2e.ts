import { describeLogins } from './logins.ts';

describeLogins('bookworm', { bad: true });
