/**
 * What every model promises to the loop, as tests to be extended: by the providers here, and by
 * those of users. Depends on the library, JUnit and AssertJ.
 */
@NullMarked
package ai.stigmer.testkit.model;

import org.jspecify.annotations.NullMarked;
