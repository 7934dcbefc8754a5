/**
 * The model port: what the loop asks of a provider, and what a provider module implements. Depends
 * on messages and errors.
 */
@NullMarked
package ai.stigmer.graphton.model;

import org.jspecify.annotations.NullMarked;
