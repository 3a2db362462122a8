using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;
using Google.Protobuf;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>
/// A worker's request in one rented piece, made out of the generation alone: no header of the caller goes in but the trace's, and no secret: the connection
/// it goes over is proven.
/// </summary>
internal readonly struct WorkerRequest : IDisposable
{
    private const int MostHeaderBytes = 1_024;
    private const int MostValueBytes = 512;

    private readonly byte[] _rented;
    private readonly int _length;

    public WorkerRequest(WorkerAddress address, GenerateRequest request, TimeSpan timeLeft, Activity? trace)
    {
        var size = request.CalculateSize();
        var start = address.RequestStart;
        _rented = ArrayPool<byte>.Shared.Rent(start.Length + MostHeaderBytes + size);
        start.Span.CopyTo(_rented);
        _length = start.Length;

        Utf8.TryWrite(Rest(), CultureInfo.InvariantCulture, $"Content-Length: {size}\r\n{WireHeaders.TimeLeft}: {(long)timeLeft.TotalMilliseconds}\r\n", out var written);
        _length += written;
        _length += Write(Rest(), WireHeaders.CallId, request.CallId);

        if (trace is { IdFormat: ActivityIdFormat.W3C })
        {
            _length += WriteTraceParent(Rest(), trace);
            _length += Write(Rest(), "tracestate", trace.TraceStateString);
        }

        "\r\n"u8.CopyTo(Rest());
        _length += 2;
        request.WriteTo(_rented.AsSpan(_length, size));
        _length += size;
    }

    public ReadOnlyMemory<byte> Bytes => _rented.AsMemory(0, _length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    /// <summary>From its parts (W3C trace context, version 00): its id as a whole would be made for this alone.</summary>
    private static int WriteTraceParent(Span<byte> target, Activity trace) => Utf8.TryWrite(
        target, CultureInfo.InvariantCulture, $"traceparent: 00-{trace.TraceId.ToHexString()}-{trace.SpanId.ToHexString()}-{(int)trace.ActivityTraceFlags:x2}\r\n", out var written) ? written : 0;

    /// <summary>Leaves out what is not fit for a header's value as it is, or for the room there is.</summary>
    private static int Write(Span<byte> target, string name, string? value) =>
        value is { Length: > 0 and <= MostValueBytes } && !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && Utf8.TryWrite(target, $"{name}: {value}\r\n", out var written)
            ? written
            : 0;

    private Span<byte> Rest() => _rented.AsSpan(_length);
}
