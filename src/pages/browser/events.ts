/** Other hosts are shown: its detail is their indices, in the order of the table. */
export const HOSTS_EVENT = 'alloyup-hosts';
