package ai.stigmer.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The directions in which modules may depend on each other. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("ai.stigmer");

  /** How many classes each module has at least, so that no rule passes on nothing. */
  private static final Map<String, Integer> LEAST =
      Map.ofEntries(
          Map.entry("graphton", 80),
          Map.entry("models.anthropic", 15),
          Map.entry("models.ollama", 10),
          Map.entry("models.openai", 15),
          Map.entry("models.scripted", 4),
          Map.entry("testkit", 10),
          Map.entry("config", 10),
          Map.entry("store", 6),
          Map.entry("mcp", 15),
          Map.entry("runner", 8),
          Map.entry("server", 25),
          Map.entry("temporal", 8),
          Map.entry("cli", 25));

  @Test
  void everyModuleWasLookedAt() {
    LEAST.forEach(
        (module, least) ->
            assertThat(CLASSES.that(resideInAPackage("ai.stigmer." + module + "..")).size())
                .as(module)
                .isGreaterThanOrEqualTo(least));
  }

  @ParameterizedTest(name = "{0} depends on {1} only")
  @CsvSource({
    "graphton, graphton",
    "models.anthropic, graphton",
    "models.ollama, graphton",
    "models.openai, graphton",
    "models.scripted, graphton",
    "testkit, graphton models.scripted",
    "config, graphton.model graphton.error graphton.budget graphton.permission graphton.egress",
    "store, graphton",
    "mcp, graphton",
    "runner, graphton config store models.ollama models.scripted mcp agentic commons",
    "server, runner graphton config store mcp agentic commons",
    "temporal, runner graphton config agentic commons",
    "cli, runner server temporal graphton config store models.ollama models.scripted mcp",
  })
  void aModuleDependsOnlyOnThoseBelowIt(String module, String allowed) {
    direction(module, allowed.split(" ", -1)).check(CLASSES);
  }

  @Test
  void theRuleOfDirectionsCanFail() {
    assertThatThrownBy(() -> direction("cli", "graphton").check(CLASSES))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> direction("store", "config").check(CLASSES))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void theLibraryHasNoCyclesBetweenItsPackages() {
    slices().matching("ai.stigmer.graphton.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theLibraryKnowsNoProviderStoreOrTransport() {
    noClasses()
        .that()
        .resideInAPackage("ai.stigmer.graphton..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net.http..",
            "java.sql..",
            "org.sqlite..",
            "picocli..",
            "org.snakeyaml..",
            "com.anthropic..",
            "com.openai..",
            "io.temporal..",
            "io.grpc..",
            "okhttp3..")
        .check(CLASSES);
  }

  @Test
  void theEnvironmentIsReadInOnePlace() {
    noClasses()
        .that(not(resideInAnyPackage("ai.stigmer.benchmarks..")))
        .and()
        .doNotHaveFullyQualifiedName("ai.stigmer.config.EnvReader")
        .and()
        .doNotHaveFullyQualifiedName("ai.stigmer.testkit.RealComponents")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineWritesToTheStandardStreams() {
    noClasses()
        .that(not(resideInAnyPackage("ai.stigmer.cli..", "ai.stigmer.benchmarks..")))
        .and()
        .doNotHaveFullyQualifiedName("ai.stigmer.testkit.RealComponents")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void roomsAreNamedAfterWhatLivesInThem() {
    classes()
        .should()
        .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Impl|Common)$")
        .check(CLASSES);
  }

  private static ArchRule direction(String module, String... allowed) {
    String[] packages = new String[allowed.length + 1];
    packages[0] = "ai.stigmer." + module + "..";
    for (int i = 0; i < allowed.length; i++) {
      packages[i + 1] = "ai.stigmer." + allowed[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage("ai.stigmer." + module + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("ai.stigmer..").and(not(resideInAnyPackage(packages))));
  }
}
