/**
 * Traces of runs for OpenTelemetry: what a run does, told as spans to a collector. May depend on
 * the library and the configuration; only {@code OtlpTraces} and what it makes know the SDK, and
 * they are loaded when an endpoint is configured.
 */
@NullMarked
package ai.stigmer.runner.trace;

import org.jspecify.annotations.NullMarked;
