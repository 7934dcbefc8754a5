package ai.stigmer.runner.snapshot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.Snapshots.Limits;
import ai.stigmer.testkit.s3.S3Server;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots in a bucket of a real server that speaks S3. */
class BucketSnapshotsTest extends SweepContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static @Nullable S3Server server;

  private String bucket = "";
  private Path files = Path.of("");

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    server = S3Server.start(folder);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static S3Server server() {
    return requireNonNull(server);
  }

  @Override
  @BeforeEach
  void open() throws Exception {
    bucket = "bucket-" + BUCKETS.incrementAndGet();
    files = server().newBucket(bucket);
    super.open();
  }

  @Override
  Snapshots snapshots(Limits limits) {
    return at(address(NAME), server().env(), limits);
  }

  private String address(String name) {
    return "s3://" + bucket + "/some/" + name;
  }

  @Override
  ObjectStore store(String name) {
    return Snapshots.store(address(name), server().env());
  }

  private static Snapshots at(String store, Map<String, String> env, Limits limits) {
    return Snapshots.in(BucketAddress.of(store, env), env, limits);
  }

  @Override
  Path objects() {
    return files.resolve("some").resolve(NAME).resolve("objects");
  }

  /** As a policy does it that gives a key all other rights. */
  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "COPY"})
  void whoMayNotSetAsideIsToldThatItIsForbidden(String refused) throws IOException {
    String old = "1".repeat(64);
    HttpServer s3 =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    s3.createContext("/", exchange -> answer(exchange, refused, old));
    s3.start();
    try {
      var env = new HashMap<>(server().env());
      env.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + s3.getAddress().getPort());
      var sweep =
          new WorkspaceSweep(
              Snapshots.store("s3://bucket", env),
              WorkspaceSweep.Mode.SWEEP,
              InstantSource.system());
      assertThatThrownBy(() -> sweep.sweep(Optional.empty(), Set.of()))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> {
                assertThat(e.problem().code()).isEqualTo("E525");
                assertThat(e.problem().from()).contains("403 AccessDenied");
                assertThat(e.problem().help()).anyMatch(help -> help.contains("s3:DeleteObject"));
              });
    } finally {
      s3.stop(0);
    }
  }

  /** A bucket that holds one old object. */
  private static void answer(HttpExchange exchange, String refused, String old) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method =
        exchange.getRequestHeaders().containsKey("x-amz-copy-source")
            ? "COPY"
            : exchange.getRequestMethod();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    Instant past = Instant.now().minus(WorkspaceSweep.AGE).minusSeconds(60);
    Instant time = path.endsWith(old) ? past : Instant.now();
    String body =
        method.equals(refused)
            ? "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            : switch (method) {
              case "GET" ->
                  "<ListBucketResult>"
                      + (query.contains("prefix=objects/")
                          ? "<Contents><Key>objects/11/%s</Key><LastModified>%s</LastModified><Size>1</Size></Contents>"
                              .formatted(old, past)
                          : "")
                      + "</ListBucketResult>";
              case "COPY" -> "<CopyObjectResult/>";
              default -> "";
            };
    exchange.getRequestBody().readAllBytes();
    exchange
        .getResponseHeaders()
        .set(
            "Last-Modified",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC)));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        method.equals(refused) ? 403 : 200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void aBucketThatIsNotThereIsToldWithTheCommandThatMakesIt() {
    assertThatThrownBy(() -> at("s3://nowhere", server().env(), Limits.DEFAULT))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo("E525");
              assertThat(e.problem().from()).contains("404 NoSuchBucket");
              assertThat(e.problem().help()).contains("make it: aws s3 mb s3://nowhere");
            });
  }

  @Test
  void aWrongKeyIsToldAndNotQuoted() {
    var env = new HashMap<>(server().env());
    env.put("AWS_SECRET_ACCESS_KEY", "another-key-that-nobody-may-see");
    assertThatThrownBy(() -> at("s3://" + bucket, env, Limits.DEFAULT))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo("E525");
              assertThat(e.problem().from()).contains("403 SignatureDoesNotMatch");
              assertThat(e.problem().toString()).doesNotContain("nobody-may-see");
            });
  }

  @Test
  void aServerThatIsAwayIsToldAndOnceItIsBackTheStoreIsUsedAgain() throws Exception {
    write(here.resolve("f"), "content");
    Path own = temp.resolve("own");
    Map<String, String> env;
    String id;
    Snapshots opened;
    try (S3Server first = S3Server.start(Files.createDirectories(own))) {
      env = first.env();
      var _ = first.newBucket("kept");
      opened = at("s3://kept", env, Limits.DEFAULT);
      id = opened.take(here);
    }
    assertProblem("E525", () -> opened.restore(id, there));
    assertProblem("E525", () -> at("s3://kept", env, Limits.DEFAULT));
    try (S3Server second = S3Server.start(own)) {
      at("s3://kept", second.env(), Limits.DEFAULT).restore(id, there);
    }
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void aBucketThatIsGoneDoesNotPassForOneThatHasLostItsContents() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Path away = Files.move(files, files.resolveSibling("away"));
    assertProblem("E525", () -> snapshots.restore(id, there));
    Files.move(away, files);
    snapshots.restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  /** As S3 does with whoever has no right to list. */
  @Test
  void anObjectThatIsForbiddenIsLostWhenTheKeysReadAnotherOne() throws IOException {
    var forbidden = new AtomicBoolean();
    HttpServer s3 =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    s3.createContext(
        "/",
        exchange -> {
          boolean may =
              !forbidden.get() && exchange.getRequestURI().getPath().endsWith(ObjectStore.EMPTY);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(may ? 200 : 403, -1);
          exchange.close();
        });
    s3.start();
    try {
      var env = new HashMap<>(server().env());
      env.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + s3.getAddress().getPort());
      Snapshots kept = at("s3://bucket", env, Limits.DEFAULT);
      assertProblem("E527", () -> kept.restore("0".repeat(64), there));
      forbidden.set(true);
      assertProblem("E525", () -> kept.restore("0".repeat(64), there));
    } finally {
      s3.stop(0);
    }
  }

  @Test
  void aStoreOrAnAddressThatIsNoneIsToldAndNotQuoted() {
    assertProblem("E526", () -> BucketAddress.of("s3://", Map.of()));
    assertProblem("E526", () -> BucketAddress.of("s3:///prefix", Map.of()));
    assertThatThrownBy(
            () ->
                BucketAddress.of(
                    "s3://bucket", Map.of("AWS_ENDPOINT_URL", "http://me:pass@there:1")))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo("E526");
              assertThat(e.problem().toString()).doesNotContain("pass");
            });
  }

  @Test
  void ofKeysItIsToldThatTheyAreThereAndWhereFrom() {
    assertThat(
            BucketAddress.lines(
                Map.of(
                    "AWS_ENDPOINT_URL", "https://minio.example:9000",
                    "AWS_REGION", "eu-central-1",
                    "AWS_ACCESS_KEY_ID", "AKIA",
                    "AWS_SECRET_ACCESS_KEY", "secret")))
        .extracting(BucketAddress.Line::toString)
        .containsExactly(
            "Line[name=endpoint, value=https://minio.example:9000, origin=AWS_ENDPOINT_URL]",
            "Line[name=region, value=eu-central-1, origin=AWS_REGION]",
            "Line[name=key, value=(set), origin=AWS_ACCESS_KEY_ID]",
            "Line[name=key, value=(set), origin=AWS_SECRET_ACCESS_KEY]");
    assertThat(BucketAddress.lines(Map.of()))
        .extracting(BucketAddress.Line::origin)
        .containsExactly("left to AWS's files, AWS_PROFILE, or the machine's role");
  }
}
