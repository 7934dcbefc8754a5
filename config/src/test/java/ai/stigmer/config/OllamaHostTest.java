package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaHostTest {
  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource({
    "'', http://127.0.0.1:11434",
    "localhost, http://localhost:11434",
    "localhost:8080, http://localhost:8080",
    "http://localhost, http://localhost",
    "http://localhost:11434, http://localhost:11434",
    "https://gpu.example, https://gpu.example",
    "https://gpu.example:8443/ollama/, https://gpu.example:8443/ollama",
    "0.0.0.0, http://127.0.0.1:11434",
    "0.0.0.0:9999, http://127.0.0.1:9999",
    "[::]:1, http://[::1]:1",
    "[::1], http://[::1]:11434",
    "::1, http://[::1]:11434",
    "host:99999, http://host:11434",
    "host:abc, http://host:11434",
    "ollama.com, https://ollama.com",
    ":7000, http://127.0.0.1:7000",
    "me:secret@host, me:secret@host",
    "http://me@host, http://me@host",
  })
  void ollamaHostIsReadAsOllamaReadsIt(String text, String url) {
    assertThat(OllamaHost.toUrl(text)).isEqualTo(url);
  }
}
