/**
 * gRPC: services from plain methods, the contract's rules on every request, and codes for what goes
 * wrong. Depends on grpc, protovalidate and the error model.
 */
@NullMarked
package ai.stigmer.server.rpc;

import org.jspecify.annotations.NullMarked;
