/** A real server that speaks S3, for tests. May depend on the test kit. */
@NullMarked
package ai.stigmer.testkit.s3;

import org.jspecify.annotations.NullMarked;
