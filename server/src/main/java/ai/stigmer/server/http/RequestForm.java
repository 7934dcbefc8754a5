package ai.stigmer.server.http;

import ai.stigmer.server.http.OpenApi.Extra;
import ai.stigmer.server.http.Shape.Others;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Refuses requests with query parameters that their path does not take, and with bodies that are no
 * JSON. Paths outside of {@code /api/} and streams of events take any parameter, because their
 * clients send what other servers know.
 */
public final class RequestForm implements DecoratingHttpServiceFunction {
  private static final String STRICT = "/api/";

  private final RouteTable<Form> routes = new RouteTable<>();

  /** What a request of a route brings; parameters by each of their names. */
  private record Form(Map<String, Parameter> parameters, Others others) {}

  /**
   * @param operations the paths of the contract's methods
   * @param extras every other path
   */
  public RequestForm(List<Paths.Operation> operations, Set<Extra> extras) {
    for (Paths.Operation operation : operations) {
      var parameters = new HashMap<String, Parameter>();
      ContractFields.query(operation)
          .forEach(
              (name, field) -> {
                var parameter = Parameter.of(name, field);
                parameters.put(name, parameter);
                parameters.put(camel(name), parameter);
              });
      routes.put(operation.verb(), operation.path(), new Form(parameters, Others.REFUSED));
    }
    for (Extra extra : extras) {
      var parameters = new HashMap<String, Parameter>();
      extra.query().forEach(field -> parameters.put(field.name(), Parameter.of(field)));
      Others others = isStrict(extra) ? Others.REFUSED : Others.IGNORED;
      routes.put(extra.verb(), extra.path(), new Form(parameters, others));
    }
  }

  private static boolean isStrict(Extra extra) {
    return extra.path().startsWith(STRICT)
        && !extra.type().equals(MediaType.EVENT_STREAM.toString());
  }

  /** As {@code page_size} is called in JSON, too. */
  private static String camel(String name) {
    var camel = new StringBuilder();
    for (String part : name.split("_", -1)) {
      camel.append(
          camel.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
    }
    return camel.toString();
  }

  /** What a query parameter takes. */
  private record Parameter(
      String name, String must, Predicate<String> takes, boolean isRequired, boolean isList) {
    static Parameter of(String name, FieldDescriptor field) {
      return new Parameter(
          name,
          ContractFields.must(field),
          text -> ContractFields.takes(field, TextNode.valueOf(text)),
          false,
          field.isRepeated());
    }

    static Parameter of(Field field) {
      return new Parameter(field.name(), field.must(), field::takes, field.isRequired(), false);
    }
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    Optional<Form> form = routes.find(ctx.method().name(), ctx.config().route().patternString());
    if (form.isEmpty()) {
      return delegate.serve(ctx, request);
    }
    if (hasOtherContent(request)) {
      return HttpProblem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE).answer(ctx.path()).toHttpResponse();
    }
    Optional<String> wrong =
        form.get().others() == Others.REFUSED
            ? wrong(form.get().parameters(), ctx.queryParams())
            : Optional.empty();
    return wrong.isPresent()
        ? HttpProblem.of(Shape.wrong(wrong.get())).answer(ctx.path()).toHttpResponse()
        : delegate.serve(ctx, request);
  }

  private static boolean hasOtherContent(HttpRequest request) {
    return switch (request.method()) {
      case POST, PUT -> {
        MediaType type = request.contentType();
        yield !isEmpty(request) && (type == null || !type.isJson());
      }
      default -> false;
    };
  }

  /** The head of a request over HTTP/1 never ends the stream, and may tell no length. */
  private static boolean isEmpty(HttpRequest request) {
    return request.isEmpty()
        || request.headers().isEndOfStream()
        || request.headers().contentLength() == 0;
  }

  private static Optional<String> wrong(Map<String, Parameter> parameters, QueryParams given) {
    var seen = new HashSet<Parameter>();
    for (Map.Entry<String, String> one : given) {
      String name = one.getKey();
      Parameter parameter = parameters.get(name);
      if (parameter == null) {
        return Optional.of(unknown(name, parameters));
      }
      if (!parameter.takes().test(one.getValue())) {
        return Optional.of(name + ": must be " + parameter.must());
      }
      if (!seen.add(parameter) && !parameter.isList()) {
        return Optional.of(name + ": must be given once");
      }
    }
    return parameters.values().stream()
        .filter(parameter -> parameter.isRequired() && !seen.contains(parameter))
        .map(parameter -> parameter.name() + ": must be " + parameter.must())
        .findFirst();
  }

  private static String unknown(String name, Map<String, Parameter> parameters) {
    var names = new TreeSet<String>();
    parameters.values().forEach(parameter -> names.add(parameter.name()));
    return (name.isEmpty() ? "\"\"" : name)
        + ": there is no such query parameter; "
        + (names.isEmpty() ? "this path takes none" : "there are " + String.join(", ", names));
  }
}
