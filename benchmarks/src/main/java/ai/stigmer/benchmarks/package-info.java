/**
 * Measurements of speed and memory, each as a ratio against a floor within one run. Nothing depends
 * on this; it may depend on everything.
 */
@NullMarked
package ai.stigmer.benchmarks;

import org.jspecify.annotations.NullMarked;
