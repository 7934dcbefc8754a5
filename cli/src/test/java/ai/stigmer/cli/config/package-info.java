/** Tests of the configuration's commands, among them the cascade against a model of its rules. */
@NullMarked
package ai.stigmer.cli.config;

import org.jspecify.annotations.NullMarked;
