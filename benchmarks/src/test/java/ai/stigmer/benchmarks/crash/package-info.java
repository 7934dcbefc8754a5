/** The long commands of the crash kit, in short. */
@NullMarked
package ai.stigmer.benchmarks.crash;

import org.jspecify.annotations.NullMarked;
