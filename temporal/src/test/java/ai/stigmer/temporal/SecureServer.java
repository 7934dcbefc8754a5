package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server over TLS that lets in nobody without the one certificate that it trusts, says that it
 * serves, and remembers the keys that it is shown.
 */
final class SecureServer implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** The answer to a health check. Of other messages it is a field that nobody knows. */
  private static final byte[] SERVING = {8, 1};

  private final io.grpc.Server server;
  private final List<String> keys = new CopyOnWriteArrayList<>();

  /** A certificate and its key, in files. */
  record Pair(Path certificate, Path key) {

    static Pair of(Path folder, String name) throws Exception {
      Path store = folder.resolve(name + ".p12");
      String line =
          String.format(
              Locale.ROOT,
              "%s -genkeypair -keystore %s -storepass secret -alias a -keyalg EC -dname CN=%s"
                  + " -ext san=ip:127.0.0.1",
              Path.of(System.getProperty("java.home"), "bin", "keytool"),
              store,
              name);
      assertThat(new ProcessBuilder(line.split(" ", -1)).start().waitFor()).isZero();
      KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
      Certificate certificate = keys.getCertificate("a");
      Key key = keys.getKey("a", "secret".toCharArray());
      return new Pair(
          Files.writeString(
              folder.resolve(name + ".crt"), pem("CERTIFICATE", certificate.getEncoded())),
          Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded())));
    }

    private static String pem(String what, byte[] bytes) {
      String body = Base64.getMimeEncoder().encodeToString(bytes);
      return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
    }
  }

  SecureServer(Pair own, Pair trusted) throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.forServer(own.certificate().toFile(), own.key().toFile())
                    .trustManager(trusted.certificate().toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .build())
            .fallbackHandlerRegistry(new Everything())
            .intercept(new Remembering())
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The values of {@code authorization} so far. */
  List<String> keys() {
    return List.copyOf(keys);
  }

  private final class Remembering implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String key = headers.get(AUTHORIZATION);
      if (key != null) {
        keys.add(key);
      }
      return next.startCall(call, headers);
    }
  }

  /** Whatever is asked for. */
  private static final class Everything extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(name)
              .build();
      return ServerMethodDefinition.create(
          method,
          ServerCalls.asyncUnaryCall(
              (request, observer) -> {
                observer.onNext(SERVING);
                observer.onCompleted();
              }));
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
