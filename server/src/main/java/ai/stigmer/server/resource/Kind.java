package ai.stigmer.server.resource;

import static java.util.Objects.requireNonNull;

import ai.stigmer.commons.apiresource.apiresourcekind.ApiResourceKind;
import ai.stigmer.store.resource.Resource.Protection;
import com.google.protobuf.Message;
import java.util.Set;
import java.util.function.Function;

/**
 * A kind of resource.
 *
 * @param empty a message of it without content; its name is the kind's
 * @param prefix what its ids begin with
 * @param reference what a reference to it says
 * @param naming whether its resources have names for people
 * @param protection how bodies lie on the disk
 * @param labels what lists of it are filtered by
 */
public record Kind<T extends Message>(
    T empty,
    String prefix,
    ApiResourceKind reference,
    Naming naming,
    Protection protection,
    Function<T, Set<String>> labels) {

  /** Where the name of a resource comes from. */
  public enum Naming {
    /** Whoever makes it gives it one. */
    GIVEN,
    /** The same, and can give it no slug besides. */
    GIVEN_ALONE,
    /** It is called by its id unless it is given one. */
    BY_ID
  }

  public Kind {
    requireNonNull(empty, "empty is null");
    requireNonNull(prefix, "prefix is null");
    requireNonNull(reference, "reference is null");
    requireNonNull(naming, "naming is null");
    requireNonNull(protection, "protection is null");
    requireNonNull(labels, "labels is null");
  }

  /** For example {@code AgentExecution}. */
  String name() {
    return empty.getDescriptorForType().getName();
  }
}
