/**
 * What every HTTP answer has in common: problems as JSON, the paths of the contract's methods and
 * their OpenAPI document, limits, health and metrics. Depends on Armeria, protobuf and the error
 * model.
 */
@NullMarked
package ai.stigmer.server.http;

import org.jspecify.annotations.NullMarked;
