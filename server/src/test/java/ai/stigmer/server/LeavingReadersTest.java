package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.linecorp.armeria.client.ClientFactory;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers who come and go while their execution says nothing. */
@Timeout(240)
class LeavingReadersTest {
  /** Together more than the readers that one execution may have at once. */
  private static final int CONNECTIONS = 11;

  private static final int READERS = 100;

  @TempDir Path folder = Path.of("");

  @Test
  void whoGoesAwayWhileNothingHappensLeavesNothingBehind() throws Exception {
    var held = new CountDownLatch(1);
    try (FakeOllama ollama = holding(held);
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String id = EventStreamTest.execute(http, "Wait");
      for (int i = 0; i < CONNECTIONS; i++) {
        try (ClientFactory connection = ClientFactory.builder().build()) {
          var readers = readers(server, connection, id, READERS);
          if (i == 0) {
            readers.forEach(Reader::leave);
            awaitSubscribers(server, 0);
          }
        }
        awaitSubscribers(server, 0);
      }
      for (String path : new String[] {"events", "feed"}) {
        for (int i = 0; i < 20; i++) {
          readAndLeave(server, "/api/executions/" + id + "/" + path);
        }
      }
      awaitSubscribers(server, 0);

      Reader last = readers(server, ClientFactory.ofDefault(), id, 1).getFirst();
      held.countDown();
      last.over.join();
      assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
    }
  }

  /** Readers who have been told something. */
  private static List<Reader> readers(
      TestingServer server, ClientFactory connection, String id, int count) {
    var stub = server.client(AgentExecutionQueryControllerStub.class, connection);
    List<Reader> readers = Stream.generate(Reader::new).limit(count).toList();
    for (Reader reader : readers) {
      stub.subscribe(AgentExecutionId.newBuilder().setValue(id).build(), reader);
    }
    readers.forEach(reader -> assertThat(reader.first.join().getMetadata().getId()).isEqualTo(id));
    return readers;
  }

  private static FakeOllama holding(CountDownLatch held) {
    return FakeOllama.start(
        Scenario.answering(
                body -> {
                  try {
                    held.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Answer.text("Done.");
                })
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private static void awaitSubscribers(TestingServer server, int count) {
    Await.until(
        () -> server.subscribers() + " readers and not " + count,
        () -> server.subscribers() == count);
  }

  private static void readAndLeave(TestingServer server, String path) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String request =
          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(path, server.port(), server.token());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
      awaitSubscribers(server, 1);
    }
    awaitSubscribers(server, 0);
  }

  /** Takes a state and can go away. */
  private static final class Reader
      implements ClientResponseObserver<AgentExecutionId, AgentExecution> {
    private final CompletableFuture<AgentExecution> first = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<AgentExecutionId>> call =
        new CompletableFuture<>();
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<AgentExecutionId> begun) {
      call.complete(begun);
    }

    @Override
    public void onNext(AgentExecution state) {
      first.complete(state);
    }

    @Override
    public void onError(Throwable failure) {
      first.completeExceptionally(failure);
      over.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      over.complete(true);
    }

    void leave() {
      call.join().cancel("no more", Status.CANCELLED.asException());
    }
  }
}
