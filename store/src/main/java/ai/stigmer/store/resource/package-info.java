/**
 * Resources as rows: agents, sessions, executions and the like, on SQLite or PostgreSQL, with those
 * that hold secrets encrypted. Depends on the error model and on JDBC.
 */
@NullMarked
package ai.stigmer.store.resource;

import org.jspecify.annotations.NullMarked;
