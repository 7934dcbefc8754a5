/** Options and commands about configuration. Depends on the configuration module. */
@NullMarked
package ai.stigmer.cli.config;

import org.jspecify.annotations.NullMarked;
