/**
 * The long commands of the crash kit, one main class for each: more seeds, more kills, every
 * mutant. Depends on the test kit and the store.
 */
@NullMarked
package ai.stigmer.benchmarks.crash;

import org.jspecify.annotations.NullMarked;
