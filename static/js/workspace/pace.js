export const ASK = 3000;

/** Milliseconds, so that not all screens ask at the same moment. */
export const pause = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);
