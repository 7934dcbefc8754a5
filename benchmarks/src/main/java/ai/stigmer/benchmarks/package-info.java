/** Benchmarks: ratios against floors, measured within one run. */
@NullMarked
package ai.stigmer.benchmarks;

import org.jspecify.annotations.NullMarked;
