package ai.stigmer.server.resource;

import static java.util.Objects.requireNonNull;

import ai.stigmer.commons.apiresource.ApiResourceAudit;
import ai.stigmer.commons.apiresource.ApiResourceAuditActor;
import ai.stigmer.commons.apiresource.ApiResourceAuditInfo;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceMetadataVersion;
import ai.stigmer.commons.apiresource.ApiResourceOwnerScope;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.store.resource.Resource;
import ai.stigmer.store.resource.ResourceStore;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * All resources of one kind. What comes from a caller is completed and stored, what goes to one has
 * its secrets masked; code of the server gets them in clear by {@link #clear}.
 *
 * <p>Thread contract: thread-safe. Two changes of one resource at a time: the later one fails with
 * {@code E551}.
 */
public final class Shelf<T extends Message> {
  private static final String API_VERSION = "agentic.stigmer.ai/v1";
  private static final String SLUG = "[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?";

  /** In characters. */
  static final int LONGEST_SLUG = 128;

  private static final int LONGEST_ORG = 128;
  private static final int LONGEST_TAG = 200;
  private static final int MOST_TAGS = 100;

  /** More messages in each other than are taken today: earlier versions took any number. */
  private static final int DEEPEST = 2_000;

  private static final int LONGEST_ID = 200;

  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 500;
  private static final int ATTEMPTS = 20;

  private final ResourceStore store;
  private final Kind<T> kind;
  private final Ids ids;
  private final InstantSource clock;

  Shelf(ResourceStore store, Kind<T> kind, Ids ids, InstantSource clock) {
    this.store = requireNonNull(store, "store is null");
    this.kind = requireNonNull(kind, "kind is null");
    this.ids = ids;
    this.clock = clock;
  }

  /** The same with its secrets masked. */
  public T masked(T resource) {
    return SecretValues.masked(resource);
  }

  /** An id that nothing has. */
  public String nextId() {
    return ids.next(kind.prefix());
  }

  /**
   * Makes a resource.
   *
   * @throws ProblemException {@code E550} when there is one of its name, {@code E561} when it
   *     cannot be stored as it is
   */
  public T create(T given) {
    return SecretValues.masked(insert(given, nextId()));
  }

  /** The same with an id that was drawn before; the result has its secrets in clear. */
  public T insert(T given, String id) {
    T clean = Fields.withStatusOf(checked(given), empty());
    T whole = SecretValues.unmasked(clean, empty());
    return insertWhole(whole, id);
  }

  /** The same with the status that it has. */
  public T insertWhole(T given, String id) {
    ApiResourceMetadata metadata = named(Fields.metadata(given), id);
    requireOwnSlug(Fields.metadata(given));
    Instant now = clock.instant();
    T resource = stamped(given, metadata.toBuilder().setId(id).build(), 1, now);
    store.insert(
        new Resource(
            id,
            kind.name(),
            owner(metadata.getOwnerScope(), metadata.getOrg()),
            metadata.getSlug(),
            1,
            now,
            now,
            labels(resource),
            kind.protection(),
            resource.toByteString()));
    return resource;
  }

  /**
   * Puts a resource in the place of the stored one. Its id, name, status and audit stay.
   *
   * @throws ProblemException {@code E560} when there is none, {@code E551} when it names a version
   *     that is not the present one
   */
  public T update(T given) {
    return SecretValues.masked(change(stored(checked(given)), given));
  }

  /**
   * Makes the resource, or updates the one of its id or name; what it is already stays as it is.
   */
  public T apply(T given) {
    Optional<Resource> known = lookUp(checked(given));
    if (known.isPresent()) {
      T old = parse(known.get());
      T merged = merged(known.get(), given);
      return SecretValues.masked(isSame(merged, old) ? old : store(known.get(), merged));
    }
    try {
      return create(given);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E550")) {
        throw e;
      }
      // Somebody was faster.
      return update(given);
    }
  }

  private T change(Resource before, T given) {
    return store(before, merged(before, given));
  }

  /** But for what the server itself writes with each version. */
  private static <T extends Message> boolean isSame(T merged, T stored) {
    return unversioned(merged).equals(unversioned(stored));
  }

  private static <T extends Message> T unversioned(T resource) {
    T bare = Fields.with(resource, Fields.metadata(resource).toBuilder().clearVersion().build());
    bare = Fields.with(Fields.with(bare, "api_version", ""), "kind", "");
    return Fields.with(bare, ApiResourceAudit.getDefaultInstance());
  }

  /** What is stored in the place of a resource, when that is given for it. */
  private T merged(Resource before, T given) {
    T old = parse(before);
    String expected = Fields.metadata(given).getVersion().getId();
    if (!expected.isEmpty() && !expected.equals(Fields.metadata(old).getVersion().getId())) {
      throw problem("E551", "resource " + before.id() + " has a newer version than " + expected)
          .help("get it again and repeat the change")
          .asException();
    }
    T merged = Fields.withStatusOf(SecretValues.unmasked(given, old), old);
    ApiResourceMetadata metadata =
        Fields.metadata(given).toBuilder()
            .setId(before.id())
            .setSlug(before.slug())
            .setOrg(Fields.metadata(old).getOrg())
            .setOwnerScope(Fields.metadata(old).getOwnerScope())
            .build();
    return Fields.with(merged, metadata);
  }

  /**
   * Changes a stored resource by a rule, again when somebody else changes it meanwhile.
   *
   * @param rule gets it with its secrets in clear
   * @return the changed one with its secrets in clear
   * @throws ProblemException {@code E560} when there is none
   */
  public T change(String id, UnaryOperator<T> rule) {
    for (int i = 1; ; i++) {
      Resource before = store.find(kind.name(), id).orElseThrow(() -> missing(id));
      try {
        return store(before, rule.apply(parse(before)));
      } catch (ProblemException e) {
        if (i == ATTEMPTS || !e.problem().code().equals("E551")) {
          throw e;
        }
      }
    }
  }

  private T store(Resource before, T changed) {
    Instant now = clock.instant();
    T resource = stamped(changed, Fields.metadata(changed), before.version() + 1, now);
    store.replace(before.changed(now, labels(resource), resource.toByteString()));
    return resource;
  }

  /**
   * Removes a resource and returns it as it was.
   *
   * @throws ProblemException {@code E560} when there is none
   */
  public T delete(String id) {
    requireId(id);
    return SecretValues.masked(parse(store.delete(kind.name(), id).orElseThrow(() -> missing(id))));
  }

  /**
   * The resource of that id.
   *
   * @throws ProblemException {@code E560} when there is none
   */
  public T get(String id) {
    requireId(id);
    return SecretValues.masked(clear(id));
  }

  /** The same with its secrets in clear; for the server itself. */
  public T clear(String id) {
    return find(id).orElseThrow(() -> missing(id));
  }

  /** The same, if there is one. */
  public Optional<T> find(String id) {
    return store.find(kind.name(), id).map(this::parse);
  }

  /**
   * The resource that a reference names.
   *
   * @throws ProblemException {@code E560} when there is none, {@code E561} for a reference to
   *     another kind
   */
  public T byReference(ApiResourceReference reference) {
    return SecretValues.masked(clear(reference));
  }

  /** The same with its secrets in clear; for the server itself. */
  public T clear(ApiResourceReference reference) {
    if (reference.getKindValue() != 0 && reference.getKind() != kind.reference()) {
      throw invalid("kind: must be " + kind.reference() + ", or left out").asException();
    }
    if (reference.getSlug().isEmpty()) {
      throw invalid("slug: a reference must have one").asException();
    }
    return find(owner(reference.getScope(), reference.getOrg()), reference.getSlug())
        .orElseThrow(() -> missing(reference.getSlug()));
  }

  /** The resource of a name, if there is one. */
  private Optional<T> find(String owner, String slug) {
    return store.findBySlug(kind.name(), owner, slug).map(this::parse);
  }

  /** One page, newest first, with secrets masked. */
  public record Listed<T>(List<T> entries, int pages, long total) {
    public Listed {
      entries = List.copyOf(entries);
    }
  }

  /**
   * One page of those with all these labels.
   *
   * @param size 0 leaves it to the server; at most 500 are given
   * @param token the id of the last one of the page before, which may be deleted by now; empty for
   *     the first page
   * @throws ProblemException {@code E561} for a size below 0, or a token that is no id of this kind
   */
  public Listed<T> list(Set<String> labels, int size, String token) {
    int limit = limit(size);
    if (!token.isEmpty() && !Ids.isOf(kind.prefix(), token)) {
      throw invalid("page_token: must be the id of the last one of the page before")
          .help("leave it out to be given the first page")
          .asException();
    }
    ResourceStore.Page page =
        store.list(new ResourceStore.Query(kind.name(), labels, token, limit));
    return new Listed<>(
        page.resources().stream().map(row -> SecretValues.masked(parse(row))).toList(),
        (int) Math.min(Integer.MAX_VALUE, (page.total() + limit - 1) / limit),
        page.total());
  }

  /**
   * How many a page has, 1 to 500.
   *
   * @param size as it was asked for; 0 leaves it to the server
   * @throws ProblemException {@code E561} for one below 0
   */
  public static int limit(int size) {
    if (size < 0) {
      throw invalid("page_size: must not be negative").asException();
    }
    return size == 0 ? PAGE : Math.min(size, LARGEST_PAGE);
  }

  /** The ids of all with a label, however many; one statement. */
  public Set<String> ids(String label) {
    return store.ids(kind.name(), label);
  }

  /** What lists of it are filtered by, in texts that every database takes. */
  private Set<String> labels(T resource) {
    Set<String> labels = kind.labels().apply(resource);
    for (String label : labels) {
      if (label.length() > label.indexOf('=') + 1 + LONGEST_ID || label.indexOf('\0') >= 0) {
        throw invalid(
                "spec: the id of its "
                    + label.substring(0, label.indexOf('='))
                    + " has more than "
                    + LONGEST_ID
                    + " characters, or one that is none")
            .asException();
      }
    }
    return labels;
  }

  private Resource stored(T given) {
    return lookUp(given)
        .orElseThrow(
            () ->
                missing(
                    Fields.metadata(given).getId().isEmpty()
                        ? Fields.metadata(given).getSlug() + Fields.metadata(given).getName()
                        : Fields.metadata(given).getId()));
  }

  private Optional<Resource> lookUp(T given) {
    ApiResourceMetadata metadata = Fields.metadata(given);
    if (!metadata.getId().isEmpty()) {
      return store.find(kind.name(), metadata.getId());
    }
    if (metadata.getSlug().isEmpty() && metadata.getName().isBlank()) {
      return Optional.empty();
    }
    ApiResourceMetadata named = named(metadata, "");
    Optional<Resource> found =
        store.findBySlug(
            kind.name(), owner(named.getOwnerScope(), named.getOrg()), named.getSlug());
    if (found.isPresent()
        && !Fields.metadata(parse(found.get())).getName().equals(named.getName())) {
      requireOwnSlug(metadata);
    }
    return found;
  }

  /** With the names that follow from each other. */
  private ApiResourceMetadata named(ApiResourceMetadata metadata, String id) {
    if (metadata.getOrg().length() > LONGEST_ORG || metadata.getOrg().indexOf('\0') >= 0) {
      throw invalid("metadata.org: at most " + LONGEST_ORG + " characters").asException();
    }
    if (metadata.getTagsCount() > MOST_TAGS) {
      throw invalid("metadata.tags: at most " + MOST_TAGS).asException();
    }
    for (String tag : metadata.getTagsList()) {
      if (tag.length() > LONGEST_TAG || tag.indexOf('\0') >= 0) {
        throw invalid("metadata.tags: at most " + LONGEST_TAG + " characters each").asException();
      }
    }
    boolean nameless = metadata.getSlug().isEmpty() && metadata.getName().isBlank();
    if (nameless && kind.naming() != Kind.Naming.BY_ID) {
      throw invalid("metadata.name: a resource of the kind " + kind.name() + " must have one")
          .asException();
    }
    String slug =
        !metadata.getSlug().isEmpty()
            ? metadata.getSlug()
            : nameless || kind.naming() == Kind.Naming.BY_ID
                ? id.replace('_', '-')
                : ContractAgent.name(metadata.getName());
    if (!slug.matches(SLUG)) {
      throw invalid("metadata.slug: 1 to 128 lower-case letters, digits, '.', '_' and '-'")
          .asException();
    }
    String name = metadata.getName().isBlank() ? slug : metadata.getName();
    return metadata.toBuilder().setSlug(slug).setName(name).build();
  }

  /** Names that differ in letters which a slug cannot have would be one; but for what has it. */
  private void requireOwnSlug(ApiResourceMetadata given) {
    if (!given.getSlug().isEmpty() || ContractAgent.isNamedWhole(given.getName())) {
      return;
    }
    switch (kind.naming()) {
      case GIVEN ->
          throw invalid(
                  "metadata.slug: must be given, because the name has letters that a slug cannot"
                      + " have")
              .help("lower-case letters a to z, digits, '.', '_' and '-'")
              .asException();
      case GIVEN_ALONE ->
          throw invalid("name: has letters that the slug made of it cannot have")
              .help("choose another name, with letters a to z")
              .asException();
      case BY_ID -> {}
    }
  }

  private T checked(T given) {
    Object version = Fields.get(given, "api_version");
    Object named = Fields.get(given, "kind");
    if (!version.equals("") && !version.equals(API_VERSION)) {
      throw invalid("api_version: must be " + API_VERSION).asException();
    }
    if (!named.equals("") && !named.equals(kind.name())) {
      throw invalid("kind: must be " + kind.name()).asException();
    }
    return given;
  }

  private T stamped(T resource, ApiResourceMetadata metadata, long version, Instant now) {
    ApiResourceMetadataVersion.Builder number =
        metadata.getVersion().toBuilder().setId(String.valueOf(version)).clearPreviousVersionId();
    if (version > 1) {
      number.setPreviousVersionId(String.valueOf(version - 1));
    }
    T whole = Fields.with(resource, metadata.toBuilder().setVersion(number).build());
    whole = Fields.with(whole, "api_version", API_VERSION);
    whole = Fields.with(whole, "kind", kind.name());
    return Fields.with(whole, audit(Fields.audit(whole), version, now));
  }

  private static ApiResourceAudit audit(ApiResourceAudit before, long version, Instant now) {
    Timestamp time =
        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
    ApiResourceAuditActor actor = ApiResourceAuditActor.newBuilder().setId("local").build();
    ApiResourceAuditInfo.Builder info =
        before.getSpecAudit().toBuilder()
            .setUpdatedAt(time)
            .setUpdatedBy(actor)
            .setEvent(version == 1 ? "created" : "updated");
    if (version == 1) {
      info.setCreatedAt(time).setCreatedBy(actor);
    }
    return before.toBuilder().setSpecAudit(info).setStatusAudit(info).build();
  }

  @SuppressWarnings("unchecked") // Its parser gives messages of its type.
  private T parse(Resource resource) {
    try {
      CodedInputStream body = resource.body().newCodedInput();
      body.setRecursionLimit(DEEPEST);
      return (T) kind.empty().getParserForType().parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new ProblemException(
          Problem.of(
              "E503",
              Problem.Category.STORE,
              "the stored resource " + resource.id() + " is damaged"),
          e);
    }
  }

  private T empty() {
    return kind.empty();
  }

  /** Whose it is, in one word: the platform's, or an organisation's. */
  private static String owner(ApiResourceOwnerScope scope, String org) {
    return scope == ApiResourceOwnerScope.platform ? "platform" : "org:" + org;
  }

  private void requireId(String id) {
    if (id.isEmpty()) {
      throw invalid("id: must be that of a resource of the kind " + kind.name()).asException();
    }
  }

  private ProblemException missing(String id) {
    return problem("E560", "there is no " + kind.name() + " \"" + shown(id) + "\"").asException();
  }

  private static String shown(String id) {
    String plain = id.replaceAll("[^\\x21-\\x7e]", "?");
    return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
  }

  /** What is wrong with a request. */
  public static Problem invalid(String what) {
    return problem("E561", what);
  }

  private static Problem problem(String code, String what) {
    return Problem.of(code, Problem.Category.USAGE, what);
  }
}
