/** Tests of the cascade. */
@NullMarked
package ai.stigmer.config;

import org.jspecify.annotations.NullMarked;
