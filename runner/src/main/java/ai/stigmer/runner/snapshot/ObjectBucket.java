package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/*
 * No write has a condition: an object's name is the hash of what it holds, so whoever comes second writes the same, and
 * which snapshot counts is said by the journal, under its epoch. The server sees an object only when it has all of it,
 * with the checksum that came along.
 */
/**
 * Contents in a bucket of S3 or of a store that speaks like it. What is lost on the way is sent and
 * asked for again, a few times.
 */
final class ObjectBucket implements ObjectStore {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final int TRIES = 5;

  private static final int MISSING = 404;

  /** What is told of a missing object, the first to whoever has no right to list. */
  private static final Set<Integer> NOT_SEEN = Set.of(403, MISSING);

  /** Hashes that need not be asked for again for a while; about 20 MB. */
  private static final int MOST_KNOWN = 100_000;

  private static final InstantSource CLOCK = InstantSource.system();

  private final S3Client client;
  private final BucketAddress address;

  /** When each was seen, or written. */
  private final Map<String, Instant> known = new ConcurrentHashMap<>();

  private ObjectBucket(S3Client client, BucketAddress address) {
    this.client = client;
    this.address = address;
  }

  /**
   * A bucket that nothing is asked of yet.
   *
   * @throws ProblemException {@code E525} when the environment does not say enough
   */
  static ObjectBucket at(BucketAddress address, Map<String, String> env) {
    try {
      return new ObjectBucket(client(address, env), address);
    } catch (SdkException e) {
      throw failed(address, e);
    }
  }

  /** Writes an empty object, so that a wrong address and missing rights are told at once. */
  @Override
  public void prepare() {
    put(EMPTY, RequestBody.empty());
  }

  private static S3Client client(BucketAddress address, Map<String, String> env) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            // Stores that only speak like S3 do not know the checksums that S3 has come to prefer.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                with ->
                    with.retryStrategy(
                        DefaultRetryStrategy.standardStrategyBuilder().maxAttempts(TRIES).build()));
    address.region().ifPresent(region -> builder.region(Region.of(region)));
    address.endpoint().ifPresent(uri -> builder.endpointOverride(uri).forcePathStyle(true));
    return builder
        .credentialsProvider(
            BucketAddress.keys(env).orElseGet(() -> DefaultCredentialsProvider.builder().build()))
        .build();
  }

  @Override
  public String keep(Path source) throws IOException {
    String hash = ObjectStore.hash(source);
    if (isYoung(hash)) {
      return hash;
    }
    // The file may change while it is sent, so it is not what is sent.
    Path copy = Files.createTempFile("stigmer", "object");
    try {
      String copied = copy(source, copy);
      put(copied, RequestBody.fromFile(copy));
      return copied;
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static String copy(Path source, Path target) throws IOException {
    MessageDigest digest = ObjectStore.sha256();
    try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS);
        OutputStream out = new DigestOutputStream(Files.newOutputStream(target), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String keep(byte[] content) throws IOException {
    String hash = HexFormat.of().formatHex(ObjectStore.sha256().digest(content));
    if (!isYoung(hash)) {
      put(hash, RequestBody.fromBytes(content));
    }
    return hash;
  }

  /** What is there and old is written again. */
  private boolean isYoung(String hash) {
    Instant old = CLOCK.instant().minus(RENEWED);
    if (known.getOrDefault(hash, Instant.MIN).isAfter(old)) {
      return true;
    }
    boolean young = since(key(hash, Room.OBJECTS), NOT_SEEN).filter(old::isBefore).isPresent();
    if (young) {
      remember(hash);
    }
    return young;
  }

  @Override
  public Optional<Instant> since(String hash, Room room) {
    return since(key(hash, room), Set.of(MISSING));
  }

  private Optional<Instant> since(String key, Set<Integer> missing) {
    return asked(
        () -> {
          try {
            return Optional.of(
                client.headObject(to -> to.bucket(address.bucket()).key(key)).lastModified());
          } catch (S3Exception e) {
            if (missing.contains(e.statusCode())) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private void put(String hash, RequestBody content) {
    put(key(hash, Room.OBJECTS), hash, content);
    remember(hash);
  }

  private void put(String key, String hash, RequestBody content) {
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash));
    var _ =
        asked(
            () ->
                client.putObject(
                    to -> to.bucket(address.bucket()).key(key).checksumSHA256(checksum), content));
  }

  @Override
  public void mark(String journal) {
    put(key(ObjectStore.hash(journal), Room.JOURNALS), EMPTY, RequestBody.empty());
  }

  private void remember(String hash) {
    if (known.size() >= MOST_KNOWN) {
      known.clear();
    }
    known.put(hash, CLOCK.instant());
  }

  @Override
  public void fetch(String hash, Room room, Path target) throws IOException {
    Files.deleteIfExists(target);
    try {
      var _ =
          asked(
              () ->
                  client.getObject(
                      from -> from.bucket(address.bucket()).key(key(hash, room)),
                      ResponseTransformer.toFile(target)));
    } catch (ProblemException e) {
      if (isMissing(e)) {
        throw new LostContentException("object " + hash + " is not in " + address.shown());
      }
      throw e;
    }
    if (!ObjectStore.hash(target).equals(hash)) {
      Files.delete(target);
      throw new LostContentException("object " + hash + " of " + address.shown() + " was changed");
    }
  }

  /**
   * Whoever has no right to list is told that a missing object is forbidden; with keys that read
   * another one it is missing.
   */
  private boolean isMissing(ProblemException e) {
    return isNoSuchKey(e)
        || (e.getCause() instanceof S3Exception s3 && s3.statusCode() == 403 && canRead());
  }

  private boolean canRead() {
    try {
      check();
      return true;
    } catch (ProblemException e) {
      return false;
    }
  }

  @Override
  public void check() {
    String key = key(EMPTY, Room.OBJECTS);
    var _ = asked(() -> client.headObject(to -> to.bucket(address.bucket()).key(key)));
  }

  @Override
  public Instant now() {
    prepare();
    String key = key(EMPTY, Room.OBJECTS);
    return asked(
        () -> client.headObject(to -> to.bucket(address.bucket()).key(key)).lastModified());
  }

  @Override
  public void list(Room room, Consumer<Stored> each) {
    String prefix = address.prefix() + room.path() + "/";
    var _ =
        asked(
            () -> {
              client
                  .listObjectsV2Paginator(in -> in.bucket(address.bucket()).prefix(prefix))
                  .contents()
                  .forEach(
                      found -> {
                        String name = found.key().substring(found.key().lastIndexOf('/') + 1);
                        if (Stored.isHash(name)) {
                          each.accept(new Stored(name, found.lastModified(), found.size()));
                        }
                      });
              return room;
            });
  }

  /** What is brought back goes on lying aside, as workers need not have the right to delete. */
  @Override
  public void move(String hash, Room to) {
    try {
      var _ =
          asked(
              () ->
                  client.copyObject(
                      copy ->
                          copy.sourceBucket(address.bucket())
                              .sourceKey(key(hash, to.other()))
                              .destinationBucket(address.bucket())
                              .destinationKey(key(hash, to))));
    } catch (ProblemException e) {
      // Whoever sets aside has listed, and is told when a right is missing.
      if (to == Room.ASIDE ? !isNoSuchKey(e) : !isMissing(e)) {
        throw e;
      }
      return;
    }
    if (to == Room.ASIDE) {
      delete(key(hash, Room.OBJECTS));
    }
  }

  private static boolean isNoSuchKey(ProblemException e) {
    return e.getCause() instanceof NoSuchKeyException;
  }

  @Override
  public void remove(String hash) {
    delete(key(hash, Room.ASIDE));
  }

  /** The server has none: it sees an object only when it has all of it. */
  @Override
  public void removeUnfinished(Instant since) {}

  private void delete(String key) {
    var _ = asked(() -> client.deleteObject(of -> of.bucket(address.bucket()).key(key)));
  }

  private String key(String hash, Room room) {
    return address.prefix() + room.name(hash);
  }

  @Override
  public String toString() {
    return address.shown();
  }

  private <T> T asked(Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw failed(address, e);
    }
  }

  private static ProblemException failed(BucketAddress address, SdkException e) {
    String bucket = address.bucket();
    String help =
        switch (e) {
          case NoSuchBucketException _ -> "make it: aws s3 mb s3://" + bucket;
          case S3Exception s3 when s3.statusCode() == 404 -> "make it: aws s3 mb s3://" + bucket;
          case S3Exception s3 when s3.statusCode() == 401 || s3.statusCode() == 403 ->
              "check the keys, and that they may do s3:GetObject and s3:PutObject there; stigmer store"
                  + " prune needs s3:ListBucket and s3:DeleteObject, too";
          case S3Exception s3 when s3.statusCode() == 301 || s3.statusCode() == 400 ->
              "check AWS_REGION and AWS_ENDPOINT_URL_S3";
          default ->
              "check that it is reached from here; keys: AWS_ACCESS_KEY_ID and"
                  + " AWS_SECRET_ACCESS_KEY; a store other than AWS: AWS_ENDPOINT_URL_S3";
        };
    return new ProblemException(
        Problem.of("E525", Category.STORE, "the bucket of workspaces cannot be used")
            .from(address.shown(), said(e))
            .help(help, "what is read, and from where: stigmer config explain"),
        e);
  }

  /** Codes and classes only: what a server says may quote what it was sent. */
  private static String said(SdkException e) {
    return e instanceof S3Exception s3
        ? s3.statusCode()
            + (s3.awsErrorDetails() == null ? "" : " " + s3.awsErrorDetails().errorCode())
        : e.getCause() == null ? String.valueOf(e.getMessage()) : e.getCause().toString();
  }
}
