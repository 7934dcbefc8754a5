/** Tests that the benchmarks run and compare like with like. */
@NullMarked
package ai.stigmer.benchmarks;

import org.jspecify.annotations.NullMarked;
