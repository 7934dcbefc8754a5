package ai.stigmer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A connection of HTTP/2 whose caller writes what it likes, one stream after the other. */
final class RawHttp2 implements AutoCloseable {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW = 8;
  private static final int CONTINUATION = 9;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int LONGEST = 16 << 10;
  private static final int PATIENCE_MILLIS = 90_000;

  private final Socket socket;
  private final DataInputStream in;
  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private int next = 1;

  RawHttp2(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    this.in = new DataInputStream(socket.getInputStream());
    write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
    write(frame(SETTINGS, 0, 0, new byte[0]));
    write(frame(SETTINGS, ACK, 0, new byte[0]));
    write(frame(WINDOW, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array()));
  }

  /**
   * What came on a stream until it ended.
   *
   * @param headers of all its heads, trailers included
   * @param body each byte as a character
   * @param isReset whether the server broke it off
   */
  record Answer(Map<String, String> headers, String body, boolean isReset) {
    /** All of it, for whoever looks for words that must not be there. */
    String text() {
      return headers + body;
    }
  }

  /** A frame of HTTP/2. */
  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** A head as HPACK has it when nothing is indexed; names and values by turns. */
  static byte[] head(List<String> headers) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int i = 0; i < headers.size(); i++) {
      if (i % 2 == 0) {
        out.write(0);
      }
      out.write(headers.get(i).length());
      out.write(headers.get(i).getBytes(ISO_8859_1));
    }
    return out.toByteArray();
  }

  /** Begins a request; returns its stream. */
  int begin(List<String> headers) throws IOException {
    int stream = next;
    next += 2;
    write(frame(HEADERS, END_HEADERS, stream, head(headers)));
    return stream;
  }

  /** In frames of at most 16 KiB, as a server takes them. */
  void data(int stream, byte[] bytes) throws IOException {
    for (int from = 0; from < bytes.length; from += LONGEST) {
      byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + LONGEST));
      write(frame(DATA, 0, stream, part));
    }
  }

  void end(int stream) throws IOException {
    write(frame(DATA, END_STREAM, stream, new byte[0]));
  }

  /** Breaks a request off. */
  void reset(int stream) throws IOException {
    write(frame(RESET, 0, stream, new byte[] {0, 0, 0, 8}));
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /**
   * Reads to the end of a stream.
   *
   * @throws IOException when the connection ends before it, or nothing comes for 90 s
   */
  Answer answer(int stream) throws IOException {
    var headers = new HashMap<String, String>();
    var body = new ByteArrayOutputStream();
    var block = new ByteArrayOutputStream();
    boolean isOver = false;
    while (true) {
      Frame frame = read();
      switch (frame.type) {
        case SETTINGS, PING -> acknowledge(frame);
        case GO_AWAY ->
            throw new EOFException(
                "the server ends the connection: " + new String(frame.payload, ISO_8859_1));
        case HEADERS, CONTINUATION -> {
          block.write(frame.payload);
          isOver |= frame.type == HEADERS && frame.has(END_STREAM) && frame.stream == stream;
          if (frame.has(END_HEADERS)) {
            Map<String, String> decoded = decoded(frame.stream, block.toByteArray());
            block.reset();
            if (frame.stream == stream) {
              headers.putAll(decoded);
            }
          }
        }
        case DATA -> {
          if (frame.stream == stream) {
            body.write(frame.payload);
            isOver |= frame.has(END_STREAM);
          }
        }
        default -> {}
      }
      boolean isReset = frame.type == RESET && frame.stream == stream;
      if (isReset || (isOver && block.size() == 0)) {
        return new Answer(Map.copyOf(headers), body.toString(ISO_8859_1), isReset);
      }
    }
  }

  /** A class, because a record would compare arrays by where they are. */
  private static final class Frame {
    private final int type;
    private final int flags;
    private final int stream;
    private final byte[] payload;

    private Frame(int type, int flags, int stream, byte[] payload) {
      this.type = type;
      this.flags = flags;
      this.stream = stream;
      this.payload = payload;
    }

    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }

  private Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  private void acknowledge(Frame frame) throws IOException {
    if (!frame.has(ACK)) {
      write(frame(frame.type, ACK, 0, frame.type == PING ? frame.payload : new byte[0]));
    }
  }

  private Map<String, String> decoded(int stream, byte[] block) {
    try {
      Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
      var texts = new HashMap<String, String>();
      headers.forEach(one -> texts.put(one.getKey().toString(), one.getValue().toString()));
      return texts;
    } catch (Http2Exception e) {
      throw new AssertionError("the head of an answer", e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
