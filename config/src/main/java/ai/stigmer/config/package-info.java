/**
 * The configuration cascade: settings table, layers, provenance. Depends on graphton's model names
 * only.
 */
@NullMarked
package ai.stigmer.config;

import org.jspecify.annotations.NullMarked;
