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
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Whoever has no right to list is told that a missing object is forbidden. */
  private static final Set<Integer> NOT_SEEN = Set.of(403, 404);

  /** Hashes that need not be asked for again; about 15 MB. */
  private static final int MOST_KNOWN = 100_000;

  /** The object that lies in every bucket since it was opened. */
  private static final String EMPTY = HexFormat.of().formatHex(ObjectStore.sha256().digest());

  private final S3Client client;
  private final BucketAddress address;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private ObjectBucket(S3Client client, BucketAddress address) {
    this.client = client;
    this.address = address;
  }

  /**
   * Opens a bucket and writes an empty object to it, so that a wrong address and missing rights are
   * told at once.
   *
   * @throws ProblemException {@code E525} when it cannot be used
   */
  static ObjectBucket at(BucketAddress address, Map<String, String> env) {
    try {
      var bucket = new ObjectBucket(client(address, env), address);
      bucket.put(EMPTY, RequestBody.empty());
      return bucket;
    } catch (SdkException e) {
      throw failed(address, e);
    }
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
    if (has(hash)) {
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
    if (!has(hash)) {
      put(hash, RequestBody.fromBytes(content));
    }
    return hash;
  }

  private boolean has(String hash) {
    return known.contains(hash)
        || asked(
            () -> {
              try {
                var _ = client.headObject(to -> to.bucket(address.bucket()).key(key(hash)));
                remember(hash);
                return true;
              } catch (S3Exception e) {
                if (NOT_SEEN.contains(e.statusCode())) {
                  return false;
                }
                throw e;
              }
            });
  }

  private void put(String hash, RequestBody content) {
    String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash));
    var _ =
        asked(
            () ->
                client.putObject(
                    to -> to.bucket(address.bucket()).key(key(hash)).checksumSHA256(checksum),
                    content));
    remember(hash);
  }

  private void remember(String hash) {
    if (known.size() < MOST_KNOWN) {
      known.add(hash);
    }
  }

  @Override
  public void fetch(String hash, Path target) throws IOException {
    Files.deleteIfExists(target);
    try {
      var _ =
          asked(
              () ->
                  client.getObject(
                      from -> from.bucket(address.bucket()).key(key(hash)),
                      ResponseTransformer.toFile(target)));
    } catch (ProblemException e) {
      if (e.getCause() instanceof NoSuchKeyException) {
        throw new IOException("object " + hash + " is not in " + address.shown(), e);
      }
      throw e;
    }
    if (!ObjectStore.hash(target).equals(hash)) {
      Files.delete(target);
      throw new IOException("object " + hash + " of " + address.shown() + " was changed");
    }
  }

  @Override
  public void check() {
    var _ = asked(() -> client.headObject(to -> to.bucket(address.bucket()).key(key(EMPTY))));
  }

  private String key(String hash) {
    return address.prefix() + ObjectStore.name(hash);
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
              "check the keys, and that they may do s3:GetObject and s3:PutObject there";
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
