/**
 * What people and programs see: problems, runs as text, JSON or a stream of JSON. Depends on
 * graphton's events and errors.
 */
@NullMarked
package ai.stigmer.cli.screen;

import org.jspecify.annotations.NullMarked;
