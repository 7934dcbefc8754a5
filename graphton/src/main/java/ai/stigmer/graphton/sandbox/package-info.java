/**
 * Keeps commands within their workspace: bubblewrap on Linux, Seatbelt on macOS. May depend on
 * {@code workspace} and {@code error} only.
 */
@NullMarked
package ai.stigmer.graphton.sandbox;

import org.jspecify.annotations.NullMarked;
