/** For how long jobs can be kept, in seconds. */
export const RENEWALS = [4, 8, 12, 24, 72, 168].map(hours => hours * 3600);
