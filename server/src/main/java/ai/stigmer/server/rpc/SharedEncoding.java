package ai.stigmer.server.rpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a message once that goes to many readers: it keeps the bytes of some that were sent last,
 * 32 MiB at most. Messages are known by identity, so they must be immutable.
 *
 * <p>Thread contract: thread-safe.
 */
final class SharedEncoding<T> implements Marshaller<T> {
  private static final int PLACES = 128;

  /** Of longer ones each reader has its own bytes. */
  private static final int LONGEST = 256 * 1024;

  private final Marshaller<T> one;
  private final AtomicReferenceArray<@Nullable Encoded> newest = new AtomicReferenceArray<>(PLACES);

  private record Encoded(Object message, ByteString bytes) {

    @SuppressWarnings("ReferenceEquality") // To compare all of two messages costs as much.
    boolean isOf(Object other) {
      return message == other;
    }
  }

  /**
   * @param one encodes a message for one reader
   */
  SharedEncoding(Marshaller<T> one) {
    this.one = requireNonNull(one, "one is null");
  }

  @Override
  public InputStream stream(T message) {
    int place = System.identityHashCode(message) % PLACES;
    Encoded known = newest.get(place);
    if (known != null && known.isOf(message)) {
      return known.bytes().newInput();
    }
    ByteString bytes = encoded(message);
    if (bytes.size() <= LONGEST) {
      newest.set(place, new Encoded(message, bytes));
    }
    return bytes.newInput();
  }

  private ByteString encoded(T message) {
    try (InputStream stream = one.stream(message)) {
      return ByteString.readFrom(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public T parse(InputStream stream) {
    return one.parse(stream);
  }
}
