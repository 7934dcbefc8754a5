package ai.stigmer.server.console;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.guard.ConsoleDoor;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Style sheet, scripts and icon, from the class path. They say nothing of anybody, so they need no
 * session; their addresses change with what is in them, so that browsers may keep them.
 */
public final class Assets implements HttpService {
  /** The pattern of their route. */
  static final String PATTERN = ConsoleDoor.ROOT + "/assets/:name";

  private static final String HTMX = "/META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js";
  private static final int VERSION = 12;
  private static final Map<String, Asset> ALL =
      Map.of(
              "console.css", MediaType.CSS_UTF_8,
              "console.js", MediaType.JAVASCRIPT_UTF_8,
              "login.js", MediaType.JAVASCRIPT_UTF_8,
              "htmx.js", MediaType.JAVASCRIPT_UTF_8,
              "icon.svg", MediaType.SVG_UTF_8)
          .entrySet()
          .stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  Map.Entry::getKey, entry -> read(entry.getKey(), entry.getValue())));

  private record Asset(MediaType type, HttpData data, String version) {}

  /** The address of one of them. */
  public static String url(String name) {
    return ConsoleDoor.ROOT
        + "/assets/"
        + name
        + "?v="
        + requireNonNull(ALL.get(name), "there is no such asset").version();
  }

  private static Asset read(String name, MediaType type) {
    try (InputStream in = Assets.class.getResourceAsStream(name.equals("htmx.js") ? HTMX : name)) {
      byte[] bytes = requireNonNull(in, name + " is not on the class path").readAllBytes();
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      return new Asset(type, HttpData.wrap(bytes), hash.substring(0, VERSION));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    Asset asset = ALL.get(requireNonNull(ctx.pathParam("name"), "the route names it"));
    if (asset == null) {
      return HttpResponse.of(HttpStatus.NOT_FOUND);
    }
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(asset.type())
            .add(HttpHeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable")
            .build(),
        asset.data());
  }
}
