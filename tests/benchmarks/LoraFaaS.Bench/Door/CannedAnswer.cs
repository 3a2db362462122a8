using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Bench.Door;

/// <summary>What the canned worker says to every call, rendered once: a head and two chunks, as a worker's own come.</summary>
internal static class CannedAnswer
{
    private static readonly byte[] BeginFrames = Frames(
        new GenerateEvent { Started = new Started { PromptTokens = 8 } }, new GenerateEvent { Tokens = new Tokens { Ids = { 1 }, Text = "ready " } });

    private static readonly byte[] EndFrames = Frames(
        new GenerateEvent { Tokens = new Tokens { Ids = { 2, 3 }, Text = "made." } },
        new GenerateEvent
        {
            Finished = new Finished { Reason = FinishReason.Stop, PromptTokens = 8, CompletionTokens = 3, ColdStart = new ColdStart { TtftMs = 1, SandboxWarm = true } },
        });

    /// <summary>Head and first token, on the wire.</summary>
    public static byte[] Begin { get; } =
        [.. "HTTP/1.1 200 OK\r\nContent-Type: application/x-lorafaas-events\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n"u8, .. Chunk(BeginFrames)];

    /// <summary>All that follows.</summary>
    public static byte[] End { get; } = [.. Chunk(EndFrames), .. "0\r\n\r\n"u8];

    public static byte[] Whole { get; } = [.. Begin, .. End];

    /// <summary>The body that whoever calls the worker, or passes its answer on unread, must get.</summary>
    public static byte[] Body { get; } = [.. BeginFrames, .. EndFrames];

    /// <summary>The body that a caller of the gateway's function must get.</summary>
    public static byte[] Text { get; } = "ready made."u8.ToArray();

    private static byte[] Chunk(byte[] bytes) => [.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. bytes, .. "\r\n"u8];

    private static byte[] Frames(params ReadOnlySpan<GenerateEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var happened in events)
        {
            FrameEncoder.Encode(happened, buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
