/**
 * What people and programs see: problems, runs as text, JSON or a stream of JSON. Depends on
 * graphton's events and errors, and on the catalog of models.
 */
@NullMarked
package ai.stigmer.cli.screen;

import org.jspecify.annotations.NullMarked;
