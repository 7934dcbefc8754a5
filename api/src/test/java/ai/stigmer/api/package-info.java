/** Holds the contract against the clients that were built with it. */
@NullMarked
package ai.stigmer.api;

import org.jspecify.annotations.NullMarked;
