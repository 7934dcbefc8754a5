package ai.stigmer.store.resource;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where resources are kept. What a method has done is durable when it returns.
 *
 * <p>Thread contract: thread-safe, across processes where the database is.
 */
public interface ResourceStore extends AutoCloseable {

  /**
   * Adds a resource.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E550} when there is one of that id,
   *     or of that kind, owner and slug; {@code E506} when the database refuses
   */
  void insert(Resource resource);

  /**
   * Puts a resource in the place of the version before it.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E551} when the stored version is not
   *     the one before, or there is none
   */
  void replace(Resource resource);

  /** Removes a resource; returns it as it was. */
  Optional<Resource> delete(String kind, String id);

  Optional<Resource> find(String kind, String id);

  Optional<Resource> findBySlug(String kind, String owner, String slug);

  /** One page of a kind, newest first. */
  Page list(Query query);

  /** The ids of all resources of a kind with a label, at one look; their order is no matter. */
  Set<String> ids(String kind, String label);

  @Override
  void close();

  /**
   * What a list holds.
   *
   * @param labels all of which a resource must have
   * @param after the last id of the page before; empty for the first page. When that resource is
   *     gone, what comes behind it is told by ids alone, which are to grow with time
   * @param limit the most of a page, 1 to 1000
   */
  record Query(String kind, Set<String> labels, String after, int limit) {
    private static final int MOST = 1_000;

    public Query {
      labels = Set.copyOf(labels);
      if (limit < 1 || limit > MOST) {
        throw new IllegalArgumentException("limit must be 1 to " + MOST + ", got " + limit);
      }
    }

    /** Everything of a kind with these labels, as far as one page goes. */
    public static Query of(String kind, String... labels) {
      return new Query(kind, Set.of(labels), "", MOST);
    }
  }

  /**
   * A page.
   *
   * @param total how many resources all pages have
   */
  record Page(List<Resource> resources, long total) {
    public Page {
      resources = List.copyOf(resources);
    }
  }
}
