/** The file in the data directory on which a running server speaks REST with operator rights (0600). */
export const CONTROL_SOCKET = 'control.sock';

/** The database in the data directory. */
export const DATABASE_FILE = 'didfarm.db';
