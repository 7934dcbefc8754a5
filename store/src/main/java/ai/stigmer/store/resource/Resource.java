package ai.stigmer.store.resource;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * One resource as the store keeps it.
 *
 * @param id unique among all kinds, at most 64 characters
 * @param kind what it is, for example {@code Agent}
 * @param owner whose it is: scope and organisation in one word
 * @param slug unique among those of the same kind and owner
 * @param version counts from 1, one more with each change
 * @param created to the millisecond
 * @param updated to the millisecond
 * @param labels what lists are filtered by
 * @param protection whether the body is encrypted on the disk
 * @param body its content; at most {@value #LARGEST_BODY} bytes
 */
public record Resource(
    String id,
    String kind,
    String owner,
    String slug,
    long version,
    Instant created,
    Instant updated,
    Set<String> labels,
    Protection protection,
    ByteString body) {

  /** The most bytes of a body. */
  public static final int LARGEST_BODY = 64 << 20;

  /** How a body lies on the disk. */
  public enum Protection {
    PLAIN,
    ENCRYPTED
  }

  public Resource {
    requireNonNull(id, "id is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(owner, "owner is null");
    requireNonNull(slug, "slug is null");
    requireNonNull(protection, "protection is null");
    created = Instant.ofEpochMilli(created.toEpochMilli());
    updated = Instant.ofEpochMilli(updated.toEpochMilli());
    labels = Collections.unmodifiableSet(new TreeSet<>(labels));
    if (version < 1) {
      throw new IllegalArgumentException("version must be at least 1, got " + version);
    }
    if (body.size() > LARGEST_BODY) {
      throw new IllegalArgumentException("a body must not be larger than 64 MiB");
    }
  }

  /** The next version of it. */
  public Resource changed(Instant now, Set<String> otherLabels, ByteString otherBody) {
    return new Resource(
        id, kind, owner, slug, version + 1, created, now, otherLabels, protection, otherBody);
  }
}
