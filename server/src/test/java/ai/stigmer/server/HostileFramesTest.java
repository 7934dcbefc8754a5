package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentCommandControllerGrpc.EnvironmentCommandControllerBlockingStub;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.environment.v1.EnvironmentValue;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.postgres.PostgresServer;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames of gRPC that are none, or not whole, to every method: each caller is told so and lets
 * others be, and no answer and no line of the log holds a secret.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileFramesTest {
  private static final String ENVIRONMENT_SECRET = "canary-of-an-environment-7f3a";
  private static final String AGENT_SECRET = "canary-of-an-agent-91bc";
  private static final String KEY = "sk-canary-of-a-key-52de";
  private static final int LARGEST = 20 << 20;

  /** OK, what is the caller's to mend, and what a method or an encoding is not there for. */
  private static final Set<String> FINE = Set.of("0", "3", "5", "6", "8", "9", "10", "12");

  @TempDir Path folder = Path.of("");

  private final Random random = new Random(Long.getLong("stigmer.seed", 20_261_122L));
  private final List<String> wrong = new ArrayList<>();
  private final Map<String, Integer> statuses = new TreeMap<>();
  private final StringBuilder told = new StringBuilder();

  /** What a caller sends behind its head; each part is a frame of HTTP/2. */
  private record Sent(String name, Map<String, String> headers, List<byte[]> parts) {
    static Sent of(String name, byte[]... parts) {
      return new Sent(name, Map.of(), List.of(parts));
    }

    Sent with(String header, String value) {
      return new Sent(name, Map.of(header, value), parts);
    }
  }

  private static byte[] framed(int flag, int length, byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) flag)
        .putInt(length)
        .put(message)
        .array();
  }

  private static byte[] framed(byte[] message) {
    return framed(0, message.length, message);
  }

  private static byte[] zipped(byte[] message) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(message);
    }
    return out.toByteArray();
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** One bit is another one. */
  private byte[] garbled(byte[] message) {
    byte[] bytes = message.clone();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  /** A request in every wrong way; {@code message} is not empty. */
  private List<Sent> wrongs(byte[] message) throws IOException {
    byte[] half = Arrays.copyOf(message, message.length / 2);
    byte[] whole = framed(message);
    var all = new ArrayList<Sent>();
    all.add(Sent.of("nothing at all"));
    all.add(Sent.of("half a prefix", Arrays.copyOf(whole, 3)));
    all.add(Sent.of("a prefix alone", Arrays.copyOf(whole, 5)));
    all.add(Sent.of("a prefix that tells too much", framed(0, message.length + 9, message)));
    all.add(Sent.of("a prefix that tells too little", framed(0, half.length, message)));
    all.add(Sent.of("a prefix beyond the most", framed(0, LARGEST + 1, message)));
    all.add(Sent.of("the longest prefix", framed(0, Integer.MAX_VALUE, message)));
    all.add(Sent.of("a negative prefix", framed(0, -1, message)));
    all.add(Sent.of("compressed without an encoding", framed(1, message.length, message)));
    all.add(
        Sent.of("compressed and is not", framed(1, message.length, message))
            .with("grpc-encoding", "gzip"));
    byte[] zip = zipped(message);
    byte[] cut = Arrays.copyOf(zip, zip.length - 9);
    all.add(
        Sent.of("compressed and cut", framed(1, cut.length, cut)).with("grpc-encoding", "gzip"));
    byte[] bomb = zipped(new byte[LARGEST + 1]);
    all.add(
        Sent.of("small until it is unpacked", framed(1, bomb.length, bomb))
            .with("grpc-encoding", "gzip"));
    all.add(Sent.of("an encoding of its own", whole).with("grpc-encoding", "canary-zip"));
    all.add(Sent.of("a flag that there is not", framed(0x7e, message.length, message)));
    all.add(Sent.of("a message twice", whole, whole));
    all.add(Sent.of("noise behind a message", whole, noise(40)));
    all.add(Sent.of("half a message", framed(half)));
    all.add(Sent.of("a garbled message", framed(garbled(message))));
    all.add(Sent.of("noise as a message", framed(noise(60))));
    all.add(Sent.of("noise", noise(60)));
    all.add(Sent.of("no JSON", framed(noise(60))).with("content-type", "application/grpc+json"));
    all.add(Sent.of("no gRPC", noise(60)).with("content-type", "application/x-canary"));
    all.add(Sent.of("a deadline of words", whole).with("grpc-timeout", "soon"));
    all.add(byteByByte(message));
    return all;
  }

  /** Not wrong at all. */
  private static Sent byteByByte(byte[] message) {
    byte[] whole = framed(Arrays.copyOf(message, Math.min(message.length, 40)));
    var parts = new ArrayList<byte[]>();
    for (byte one : whole) {
      parts.add(new byte[] {one});
    }
    return new Sent("byte by byte", Map.of(), parts);
  }

  private static List<String> head(TestingServer server, String path, Map<String, String> more) {
    var all = new TreeMap<>(Map.of("content-type", "application/grpc", "te", "trailers"));
    all.putAll(more);
    var head =
        new ArrayList<>(
            List.of(":method", "POST", ":scheme", "http", ":path", "/" + path, ":authority"));
    head.add("127.0.0.1:" + server.port());
    head.addAll(List.of("authorization", "Bearer " + server.token()));
    all.forEach((name, value) -> head.addAll(List.of(name, value)));
    return head;
  }

  private int send(RawHttp2 client, TestingServer server, String method, Sent sent)
      throws IOException {
    int stream = client.begin(head(server, method, sent.headers));
    for (byte[] part : sent.parts) {
      client.data(stream, part);
    }
    return stream;
  }

  private void judge(String method, Sent sent, RawHttp2.Answer answer) {
    String text = answer.text();
    told.append(text).append('\n');
    String status = answer.headers().getOrDefault("grpc-status", "");
    String http = answer.headers().getOrDefault(":status", "");
    statuses.merge(sent.name + ": " + (status.isEmpty() ? http : status), 1, Integer::sum);
    boolean isFine =
        !answer.isReset()
            && (status.isEmpty() ? http.matches("4[0-9][0-9]") : FINE.contains(status))
            && !text.contains("Exception")
            && !text.contains("\tat ")
            && !text.contains("java.");
    if (!isFine) {
      wrong.add(method + ", " + sent.name + ": " + answer.headers() + answer.isReset());
    }
  }

  /** The messages for a method: as a caller means it, if it means ill. */
  private byte[] message(MethodDescriptor<?, ?> method, List<String> words) {
    byte[] message = new byte[0];
    while (message.length == 0) {
      message = RandomRequests.request(method, random, words).toByteArray();
    }
    // A window of HTTP/2 is 64 KiB, and what is beyond it would wait for the server's word.
    return message.length > 30_000 ? Arrays.copyOf(message, 30_000) : message;
  }

  @Test
  void noFrameBreaksAMethodHangsAConnectionOrGivesASecretAway() throws Exception {
    try (PostgresServer postgres = PostgresServer.start()) {
      String url = postgres.newDatabase();
      try (TestingServer server =
          TestingServer.on(
              url,
              folder,
              Map.of(
                  "STIGMER_LLM_PROVIDER",
                  "openai",
                  "OPENAI_API_KEY",
                  KEY,
                  "OPENAI_BASE_URL",
                  "http://127.0.0.1:1",
                  "STIGMER_DATABASE_URL",
                  url))) {
        List<String> ids = secrets(server);
        int methods = 0;
        for (ServiceDescriptor service : RandomRequests.SERVICES) {
          for (MethodDescriptor<?, ?> method : service.getMethods()) {
            everyWrong(server, method, ids);
            methods++;
          }
        }
        assertThat(wrong.stream().limit(20)).as(statuses.toString()).isEmpty();
        assertThat(methods).isGreaterThan(40);
        assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
        List<String> canaries =
            List.of(
                ENVIRONMENT_SECRET, AGENT_SECRET, KEY, postgres.password(), server.token(), url);
        assertThat(told.toString()).as("answers").doesNotContain(canaries);
        assertThat(server.log()).as("log").doesNotContain(canaries);
      }
    }
  }

  /** Each over one connection, which has to serve the next one, too. */
  private void everyWrong(TestingServer server, MethodDescriptor<?, ?> method, List<String> ids)
      throws IOException {
    String name = method.getFullMethodName();
    byte[] message = message(method, ids);
    for (Sent sent : wrongs(message)) {
      try (var client = new RawHttp2(server.port())) {
        int stream = send(client, server, name, sent);
        client.end(stream);
        judge(name, sent, client.answer(stream));
        stillServes(server, client, name + ", " + sent.name);
      } catch (IOException e) {
        wrong.add(name + ", " + sent.name + ": " + e);
      }
    }
    brokenOff(server, name, message);
  }

  /** Its end never comes. */
  private void brokenOff(TestingServer server, String name, byte[] message) throws IOException {
    byte[] whole = framed(message);
    try (var client = new RawHttp2(server.port())) {
      for (byte[] part : List.of(new byte[0], Arrays.copyOf(whole, whole.length - 1), whole)) {
        int stream = send(client, server, name, Sent.of("broken off", part));
        client.reset(stream);
        stillServes(server, client, name + ", broken off after " + part.length);
      }
    }
    try (var client = new RawHttp2(server.port())) {
      var _ = send(client, server, name, Sent.of("gone", Arrays.copyOf(whole, whole.length - 1)));
    }
  }

  private void stillServes(TestingServer server, RawHttp2 client, String after) throws IOException {
    int stream = client.begin(head(server, "grpc.health.v1.Health/Check", Map.of()));
    client.data(stream, framed(new byte[0]));
    client.end(stream);
    RawHttp2.Answer answer = client.answer(stream);
    if (!"0".equals(answer.headers().get("grpc-status"))) {
      wrong.add("the health behind " + after + ": " + answer.headers());
    }
  }

  /** Puts secrets where they may lie, and returns the ids of what has them. */
  private static List<String> secrets(TestingServer server) {
    Environment environment =
        server
            .client(EnvironmentCommandControllerBlockingStub.class)
            .create(
                Environment.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("shared"))
                    .setSpec(spec(ENVIRONMENT_SECRET))
                    .build());
    Agent agent =
        server
            .client(AgentCommandControllerBlockingStub.class)
            .create(
                Agent.newBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName("keeper"))
                    .setSpec(
                        AgentSpec.newBuilder()
                            .setInstructions("You keep what you are given.")
                            .setEnvSpec(spec(AGENT_SECRET)))
                    .build());
    return List.of(
        environment.getMetadata().getId(),
        agent.getMetadata().getId(),
        environment.getMetadata().getSlug(),
        agent.getMetadata().getSlug());
  }

  private static EnvironmentSpec spec(String secret) {
    return EnvironmentSpec.newBuilder()
        .putData("TOKEN", EnvironmentValue.newBuilder().setValue(secret).setIsSecret(true).build())
        .build();
  }
}
