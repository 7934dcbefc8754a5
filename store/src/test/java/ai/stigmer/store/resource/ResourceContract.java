package ai.stigmer.store.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.resource.Resource.Protection;
import ai.stigmer.store.resource.ResourceStore.Page;
import ai.stigmer.store.resource.ResourceStore.Query;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of resources does. */
abstract class ResourceContract {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123Z");

  @SuppressWarnings("NullAway.Init") // Opened before each test.
  private ResourceStore store;

  /** Opens the store of this test; again, it is the same one. */
  abstract ResourceStore open(Vault vault);

  /** Everything that lies in the database, as text. */
  abstract String raw();

  @BeforeEach
  void open() {
    store = open(vault('a'));
  }

  @AfterEach
  void close() {
    store.close();
  }

  static Vault vault(char letter) {
    return Vault.of(
        Base64.getEncoder()
            .encodeToString(String.valueOf(letter).repeat(32).getBytes(StandardCharsets.UTF_8)),
        "test");
  }

  @Test
  void whatWasStoredIsFoundByIdAndByName() {
    Resource agent = resource("agt_1", "Agent", "helper", "tag=x");

    store.insert(agent);

    assertThat(store.find("Agent", "agt_1")).contains(agent);
    assertThat(store.findBySlug("Agent", "org:", "helper")).contains(agent);
    assertThat(store.find("Skill", "agt_1")).isEmpty();
    assertThat(store.findBySlug("Agent", "platform", "helper")).isEmpty();
  }

  @Test
  void aSecondOneOfTheSameNameIsRefused() {
    store.insert(resource("agt_1", "Agent", "helper"));

    assertThatThrownBy(() -> store.insert(resource("agt_2", "Agent", "helper")))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E550");
    assertThatThrownBy(() -> store.insert(resource("agt_1", "Agent", "other")))
        .hasMessageContaining("E550");
    store.insert(resource("skl_1", "Skill", "helper"));
    assertThat(store.list(Query.of("Agent")).total()).isEqualTo(1);
  }

  @Test
  void aChangeOfAnOldVersionIsRefused() {
    Resource first = resource("agt_1", "Agent", "helper", "tag=x");
    store.insert(first);
    Resource second =
        first.changed(NOW.plusSeconds(1), Set.of("tag=y"), ByteString.copyFromUtf8("2"));
    store.replace(second);

    assertThatThrownBy(
            () -> store.replace(first.changed(NOW, Set.of(), ByteString.copyFromUtf8("lost"))))
        .hasMessageContaining("E551");
    assertThat(store.find("Agent", "agt_1")).contains(second);
    assertThat(store.list(Query.of("Agent", "tag=x")).resources()).isEmpty();
    assertThat(store.list(Query.of("Agent", "tag=y")).resources()).containsExactly(second);
  }

  @Test
  void whatIsDeletedIsGoneWithItsLabelsAndItsName() {
    Resource agent = resource("agt_1", "Agent", "helper", "tag=x");
    store.insert(agent);

    assertThat(store.delete("Agent", "agt_1")).contains(agent);

    assertThat(store.delete("Agent", "agt_1")).isEmpty();
    assertThat(store.find("Agent", "agt_1")).isEmpty();
    store.insert(resource("agt_1", "Agent", "helper"));
    assertThat(store.list(Query.of("Agent", "tag=x")).resources()).isEmpty();
  }

  @Test
  void pagesGoFromTheNewestToTheOldestAndLeaveNothingOut() {
    for (int i = 0; i < 25; i++) {
      store.insert(
          new Resource(
              "ses_" + (char) ('a' + i),
              "Session",
              "org:",
              "s" + i,
              1,
              // Several of one moment, so that time alone does not tell them apart.
              NOW.plusMillis(i / 4),
              NOW,
              Set.of(i % 2 == 0 ? "even=yes" : "even=no", "all=yes"),
              Protection.PLAIN,
              ByteString.EMPTY));
    }

    var seen = new ArrayList<String>();
    String after = "";
    Page page;
    do {
      page = store.list(new Query("Session", Set.of("even=yes", "all=yes"), after, 5));
      page.resources().forEach(one -> seen.add(one.id()));
      after = page.resources().isEmpty() ? "" : page.resources().getLast().id();
    } while (!page.resources().isEmpty());

    assertThat(page.total()).isEqualTo(13);
    assertThat(seen)
        .containsExactlyElementsOf(
            IntStream.range(0, 13).mapToObj(i -> "ses_" + (char) ('a' + 24 - 2 * i)).toList());
  }

  @Test
  void aPageGoesOnBehindOneThatIsGoneAsItsIdTells() {
    for (char letter = 'a'; letter < 'f'; letter++) {
      store.insert(resource("ses_" + letter, "Session", "s" + letter, "all=yes"));
    }
    assertThat(store.delete("Session", "ses_c")).isPresent();

    assertThat(store.list(new Query("Session", Set.of("all=yes"), "ses_c", 5)).resources())
        .extracting(Resource::id)
        .containsExactly("ses_b", "ses_a");
  }

  @Test
  void ofManyChangesAtATimeOneWins() throws Exception {
    store.insert(resource("agt_1", "Agent", "helper"));
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> all =
          IntStream.range(0, 32)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            Resource seen = resource("agt_1", "Agent", "helper");
                            try {
                              store.replace(
                                  seen.changed(NOW, Set.of(), ByteString.copyFromUtf8("" + i)));
                              return true;
                            } catch (ProblemException e) {
                              assertThat(e.problem().code()).isEqualTo("E551");
                              return false;
                            }
                          }))
              .toList();
      int won = 0;
      for (Future<Boolean> one : all) {
        won += one.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    }
    assertThat(store.find("Agent", "agt_1").orElseThrow().version()).isEqualTo(2);
  }

  @Test
  void anEncryptedBodyDoesNotLieInTheDatabaseInClear() {
    Resource secret = secret("env_1", "the canary sings");

    store.insert(secret);

    assertThat(store.find("Environment", "env_1")).contains(secret);
    assertThat(raw()).contains("env_1").doesNotContain("the canary sings");
  }

  @Test
  void anEncryptedBodyCannotBeReadWithAnotherKey() {
    store.insert(secret("env_1", "the canary sings"));
    store.close();
    store = open(vault('b'));

    assertThatThrownBy(() -> store.find("Environment", "env_1")).hasMessageContaining("E553");
  }

  @Test
  void whatWasStoredIsThereWhenTheStoreIsOpenedAgain() {
    store.insert(resource("agt_1", "Agent", "helper", "tag=x"));
    store.close();

    store = open(vault('a'));

    assertThat(store.list(Query.of("Agent", "tag=x")).resources())
        .containsExactly(resource("agt_1", "Agent", "helper", "tag=x"));
  }

  @Test
  void twoStoresOverOneDatabaseSeeTheSame() {
    try (ResourceStore other = open(vault('a'))) {
      store.insert(resource("agt_1", "Agent", "helper"));

      assertThat(other.find("Agent", "agt_1")).isPresent();
      assertThatThrownBy(() -> other.insert(resource("agt_2", "Agent", "helper")))
          .hasMessageContaining("E550");
    }
  }

  static Resource resource(String id, String kind, String slug, String... labels) {
    return new Resource(
        id,
        kind,
        "org:",
        slug,
        1,
        NOW,
        NOW,
        Set.of(labels),
        Protection.PLAIN,
        ByteString.copyFromUtf8("body"));
  }

  private static Resource secret(String id, String body) {
    return new Resource(
        id,
        "Environment",
        "org:",
        id,
        1,
        NOW,
        NOW,
        Set.of(),
        Protection.ENCRYPTED,
        ByteString.copyFromUtf8(body));
  }
}
