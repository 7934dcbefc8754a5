/**
 * What the fake servers share: one connection's HTTP/1.1 byte by byte, the requests that arrived,
 * and the faults that an answer suffers. Depends on Jackson only.
 */
@NullMarked
package ai.stigmer.testkit.http;

import org.jspecify.annotations.NullMarked;
