/** What is counted and timed, for Prometheus. Depends on Micrometer, events and executions. */
@NullMarked
package ai.stigmer.server.metrics;

import org.jspecify.annotations.NullMarked;
